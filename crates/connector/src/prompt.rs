use serde::Serialize;
use serde_json::{Map, Value};

/// A text that a resource offers to begin with (MCP, server/prompts). People pick it; models do not.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Prompt {
    /// Unique among the resource's prompts.
    pub name: String,
    /// A few words for a person.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What can be filled in.
    pub arguments: Vec<PromptArgument>,
    /// Pictures of it, in MCP's shape.
    pub icons: Vec<Value>,
    /// What the resource says to the client beside (`_meta`).
    pub meta: Map<String, Value>,
    /// Arguments that hold the caller, bound below: not shown, and refused when they name anybody else.
    pub identity: Vec<String>,
}

/// Something in a prompt that can be filled in.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PromptArgument {
    /// Its name.
    pub name: String,
    /// A few words for a person.
    pub title: Option<String>,
    /// What to write there.
    pub description: Option<String>,
    /// Whether it must be.
    pub required: bool,
}
