use std::sync::Arc;

use access::Effect;
use serde::Serialize;
use serde_json::{Map, Value};

/// One tool as a client sees it. Nothing in its schema names a user.
#[derive(Clone, Debug, Serialize)]
pub struct Tool {
    /// `[A-Za-z0-9_-]{1,64}`: the narrowest rule among MCP and the model providers.
    pub name: String,
    /// A few words for a person.
    pub title: String,
    /// What it does, what it works on, and an example.
    pub description: String,
    /// JSON Schema (2020-12) of the arguments; the root is an object.
    #[serde(rename = "inputSchema")]
    pub input_schema: Arc<Map<String, Value>>,
    /// JSON Schema of the answer.
    #[serde(rename = "outputSchema")]
    pub output_schema: Arc<Map<String, Value>>,
    /// What a call does to the world. A universal tool has the strongest effect that it can have.
    pub effect: Effect,
    /// Whether calling twice leaves the same as calling once.
    pub idempotent: bool,
}
