use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::{Asked, Content, Error, Result};

/// A count that is not exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CountIs {
    /// There are at least this many: counting stopped here.
    AtLeast,
    /// About this many, by the resource's own reckoning.
    Estimated,
}

/// What an operation gave. Fields that do not apply stay empty and are left out of the answer.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The data as JSON text, exactly as it goes to the client: an array for `list` and `aggregate`, an object for
    /// `get`, `create` and `update`, anything for `invoke`. Kept as text so that a resource which already speaks
    /// JSON is not decoded and encoded again.
    pub data: Option<Box<RawValue>>,
    /// How many items match in all, not how many are on this page.
    pub count: Option<u64>,
    /// What kind of number `count` is, where it is not exact.
    pub count_is: Option<CountIs>,
    /// Whether there is more after this page.
    pub has_more: Option<bool>,
    /// Where the next page starts, in the connector's own words. The gateway seals it into a cursor bound to the
    /// caller and the query, and hands it back as [`Start::After`](crate::Start).
    pub next: Option<String>,
    /// The identifier of what was created, changed or deleted: a scalar, or an object for a composite key.
    pub id: Option<Value>,
    /// What a person or model should know about this answer: what was cut and how to go on.
    pub notices: Vec<String>,
    /// What the resource made for a model to read. `data` is then the same as data.
    pub content: Option<Content>,
    /// What it has to know first. Nothing else is set then, and nothing was done.
    pub asked: Option<Asked>,
}

impl Outcome {
    /// An outcome that is only data.
    pub fn of(data: &impl serde::Serialize) -> Result<Self> {
        Ok(Self { data: Some(to_raw_value(data).map_err(Error::internal)?), ..Self::default() })
    }
}
