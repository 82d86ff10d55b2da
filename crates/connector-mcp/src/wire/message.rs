use serde_json::{Map, Value, json};

use super::Said;

/// One message of a server (JSON-RPC 2.0).
#[derive(Debug)]
pub(crate) enum Message {
    /// The answer to the request of this id.
    Answer(Value, Result<Map<String, Value>, Said>),
    /// Something told.
    Told { method: String, params: Map<String, Value> },
    /// Something asked of us, in the revisions where servers may.
    Asked { id: Value, method: String },
}

impl Message {
    /// Reads one; `None` for what is none.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let Value::Object(mut object) = serde_json::from_slice(text).ok()? else { return None };
        if object.get("jsonrpc") != Some(&json!("2.0")) {
            return None;
        }
        let id = object.remove("id");
        if let Some(Value::String(method)) = object.remove("method") {
            return Some(match id {
                Some(id) => Self::Asked { id, method },
                None => {
                    let params = match object.remove("params") {
                        Some(Value::Object(params)) => params,
                        _ => Map::new(),
                    };
                    Self::Told { method, params }
                }
            });
        }
        if let Some(Value::Object(error)) = object.remove("error") {
            return Some(Self::Answer(id.unwrap_or(Value::Null), Err(Said::read(&error))));
        }
        match (id, object.remove("result")) {
            (Some(id), Some(Value::Object(result))) => Some(Self::Answer(id, Ok(result))),
            _ => None,
        }
    }
}

/// A request as it is sent.
pub(crate) fn request(id: u64, method: &str, params: &Map<String, Value>) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

/// Something told to the server.
pub(crate) fn notification(method: &str, params: &Map<String, Value>) -> Value {
    match params.is_empty() {
        true => json!({"jsonrpc": "2.0", "method": method}),
        false => json!({"jsonrpc": "2.0", "method": method, "params": params}),
    }
}

/// What a server gets that asks for something: `ping` is answered, and nothing else was offered to it.
pub(crate) fn refusal(id: &Value, method: &str) -> Value {
    match method {
        "ping" => json!({"jsonrpc": "2.0", "id": id, "result": {}}),
        _ => json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "This client does not do that."}}),
    }
}
