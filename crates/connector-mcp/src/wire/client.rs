use connector::Context;
use serde_json::{Map, Value, json};

/// What a server is told of whoever stands behind the call: what their client can, and of that what can be passed on.
/// Tasks cannot: nobody here would ask after them.
pub(crate) fn capabilities(context: Option<&Context>) -> Map<String, Value> {
    let Some(context) = context else { return Map::new() };
    let mut told: Map<String, Value> = Map::new();
    for (name, value) in &context.client {
        match (name.as_str(), value) {
            ("elicitation" | "sampling" | "roots", _) => drop(told.insert(name.clone(), value.clone())),
            ("extensions", Value::Object(extensions)) => {
                let kept = extensions.iter().filter(|(name, _)| *name != "io.modelcontextprotocol/tasks");
                let kept: Map<String, Value> = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
                if !kept.is_empty() {
                    told.insert(name.clone(), kept.into());
                }
            }
            _ => {}
        }
    }
    told
}

/// Who we are.
pub(crate) fn info() -> Value {
    json!({"name": "bellhop", "version": env!("CARGO_PKG_VERSION")})
}
