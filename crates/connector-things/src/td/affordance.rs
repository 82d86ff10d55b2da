use serde_json::Value;

use super::Form;

/// What can be read, written or observed (TD 1.1 section 5.3.1.3).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Property {
    /// A few words for people.
    pub(crate) title: Option<String>,
    /// What it is.
    pub(crate) description: Option<String>,
    /// JSON Schema (2020-12) of its value, made of its data schema.
    pub(crate) schema: Value,
    /// The unit of its value, as the description writes it.
    pub(crate) unit: Option<String>,
    /// It cannot be written.
    pub(crate) read_only: bool,
    /// It cannot be read.
    pub(crate) write_only: bool,
    /// It tells when it changes.
    pub(crate) observable: bool,
    /// Variables of its forms' addresses that the caller fills in: JSON Schema by name.
    pub(crate) variables: Vec<(String, Value)>,
    /// How it is reached.
    pub(crate) forms: Vec<Form>,
}

/// What can be done (TD 1.1 section 5.3.1.4).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Action {
    /// A few words for people.
    pub(crate) title: Option<String>,
    /// What it does.
    pub(crate) description: Option<String>,
    /// JSON Schema of what it takes; nothing where it takes nothing.
    pub(crate) input: Option<Value>,
    /// JSON Schema of what it gives.
    pub(crate) output: Option<Value>,
    /// It changes nothing.
    pub(crate) safe: bool,
    /// Doing it twice leaves the same as doing it once.
    pub(crate) idempotent: bool,
    /// Whether its answer comes when it is done; not said by many.
    pub(crate) synchronous: Option<bool>,
    /// Variables of its forms' addresses that the caller fills in.
    pub(crate) variables: Vec<(String, Value)>,
    /// How it is reached.
    pub(crate) forms: Vec<Form>,
}

/// What it tells of itself (TD 1.1 section 5.3.1.5).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// A few words for people.
    pub(crate) title: Option<String>,
    /// What happened.
    pub(crate) description: Option<String>,
    /// JSON Schema of what it tells.
    pub(crate) data: Option<Value>,
    /// The unit of that, where it is one value.
    pub(crate) unit: Option<String>,
    /// How it is reached.
    pub(crate) forms: Vec<Form>,
}
