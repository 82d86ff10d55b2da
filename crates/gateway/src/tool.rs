use std::sync::Arc;

use access::Effect;
use connector::Shown;
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
    /// How the resource itself shows it, where it was made for models; MCP clients see that.
    #[serde(skip)]
    pub native: Option<Arc<Native>>,
}

/// A tool in the words of the resource that has it.
#[derive(Clone, Debug)]
pub struct Native {
    /// What it does, at full length.
    pub description: Option<String>,
    /// Title, pictures, hints.
    pub shown: Shown,
    /// JSON Schema of `structuredContent`, where the resource says.
    pub output_schema: Option<Arc<Map<String, Value>>>,
    /// Whether some of its arguments are to be repeated in HTTP headers (`x-mcp-header`).
    pub has_headers: bool,
}
