use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// A JSON Schema (2020-12) that is there, or that is made when it is asked for: of an API with twenty thousand
/// operations most are never looked at.
#[derive(Clone)]
pub struct Schema(Source);

#[derive(Clone)]
enum Source {
    Ready(Arc<Map<String, Value>>),
    Made(Arc<dyn Fn() -> Map<String, Value> + Send + Sync>),
}

impl Schema {
    /// One that `make` gives, the same each time.
    pub fn made(make: impl Fn() -> Map<String, Value> + Send + Sync + 'static) -> Self {
        Self(Source::Made(Arc::new(make)))
    }

    /// The schema. What is made is made again each time: whoever needs it often keeps it.
    pub fn get(&self) -> Arc<Map<String, Value>> {
        match &self.0 {
            Source::Ready(schema) => schema.clone(),
            Source::Made(make) => Arc::new(make()),
        }
    }

    /// This schema after `change`, which waits until it is asked for.
    #[must_use]
    pub fn changed(self, change: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static) -> Self {
        Self::made(move || {
            let mut schema = Arc::unwrap_or_clone(self.get());
            change(&mut schema);
            schema
        })
    }
}

impl From<Map<String, Value>> for Schema {
    fn from(schema: Map<String, Value>) -> Self {
        Self(Source::Ready(Arc::new(schema)))
    }
}

impl From<Value> for Schema {
    /// A value that is no object takes anything.
    fn from(schema: Value) -> Self {
        match schema {
            Value::Object(schema) => schema.into(),
            _ => Map::new().into(),
        }
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Ready(schema) => schema.fmt(out),
            Source::Made(_) => out.write_str("made when asked for"),
        }
    }
}
