use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// A collection that the configuration names itself: a path whose outer parameters have fixed values, or whose items
/// the document does not describe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CollectionConfig {
    /// The path that lists it, as the document writes it: `/repos/{owner}/{repo}/issues`.
    pub path: String,
    /// Values of the path's parameters: `{ owner = "acme", repo = "shop" }`. They vanish from what a model sees.
    pub set: IndexMap<String, String>,
    /// Fields of an item that the document does not name: a type (`"string"`) or a JSON Schema.
    pub fields: IndexMap<String, Value>,
    /// Which of them a new item must have.
    pub required: Vec<String>,
    /// What an item is, in a sentence.
    pub description: Option<String>,
}
