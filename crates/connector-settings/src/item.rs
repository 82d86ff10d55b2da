use connector::{Outcome, Result};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::store::Stored;

/// Fields in the order in which they are shown.
pub(crate) const FIELDS: [&str; 8] =
    ["key", "value", "source", "revision", "ttl_s", "expires_at", "created_at", "updated_at"];

/// A setting as a user sees it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) key: String,
    pub(crate) from: From,
}

/// Where its value comes from.
#[derive(Clone, Debug)]
pub(crate) enum From {
    Own(Stored),
    Default(Value),
}

impl Item {
    pub(crate) fn own(key: impl Into<String>, stored: Stored) -> Self {
        Self { key: key.into(), from: From::Own(stored) }
    }

    /// 0 where the user has no value of their own.
    pub(crate) fn revision(&self) -> u64 {
        match &self.from {
            From::Own(stored) => stored.revision,
            From::Default(_) => 0,
        }
    }

    /// The value of one field. Only `ttl_s` depends on when that is.
    pub(crate) fn value(&self, field: &str) -> Value {
        let own = match &self.from {
            From::Own(stored) => Some(&stored.doc),
            From::Default(_) => None,
        };
        let expires = own.and_then(|doc| doc.expires);
        match field {
            "key" => self.key.as_str().into(),
            "value" => match &self.from {
                From::Own(stored) => stored.doc.value.clone(),
                From::Default(value) => value.clone(),
            },
            "source" => if own.is_some() { "own" } else { "default" }.into(),
            "revision" => self.revision().to_string().into(),
            "ttl_s" => expires.map(|at| at.saturating_sub(now()).max(0).saturating_add(999) / 1000).into(),
            "expires_at" => expires.map(time_text).into(),
            "created_at" => own.map(|doc| time_text(doc.created)).into(),
            "updated_at" => own.map(|doc| time_text(doc.updated)).into(),
            _ => Value::Null,
        }
    }

    /// These fields as an object.
    pub(crate) fn object<'a>(&self, fields: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
        fields.into_iter().map(|field| (field.to_owned(), self.value(field))).collect()
    }

    /// What a write answers.
    pub(crate) fn outcome(&self) -> Result<Outcome> {
        Ok(Outcome { id: Some(self.key.as_str().into()), ..Outcome::of(&self.object(FIELDS))? })
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// RFC 3339 in UTC, always with as many digits, so that texts order as times do.
pub(crate) fn time_text(milliseconds: i64) -> String {
    format!("{:.3}", Timestamp::from_millisecond(milliseconds).unwrap_or_default())
}
