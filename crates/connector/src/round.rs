use serde_json::{Map, Value};

/// What a resource has to know from its user before it goes on (MCP 2026-07-28, "Multi Round-Trip Requests").
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Requests by a key of the resource's own: forms to fill in, addresses to visit, texts to sample.
    pub requests: Map<String, Value>,
    /// What the resource wants back with the answers. The gateway seals it on its way through clients.
    pub state: Option<String>,
}

/// The next round: what was asked before is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// Answers by the key of their request.
    pub responses: Map<String, Value>,
    /// [`Asked::state`], unsealed.
    pub state: Option<String>,
}
