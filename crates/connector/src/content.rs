use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An answer that its resource made for a model to read: text, pictures, sound, documents and links, beside data.
///
/// Blocks have the shape of MCP's content blocks (2026-07-28, server/tools, "Tool Result"): `{"type": "text", "text": …}`,
/// `image`, `audio`, `resource`, `resource_link`. They are passed on as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// What to read, in order.
    pub blocks: Vec<Value>,
    /// The same as data, where the resource gives it.
    pub structured: Option<Value>,
    /// The resource says that it failed, and the blocks say why.
    pub failed: bool,
    /// What the resource says to the client beside (`_meta`), never read here.
    pub meta: Map<String, Value>,
}
