use serde_json::{Map, Value, json};

/// A security scheme (section "Security Scheme Object").
pub(super) fn scheme(old: &Value) -> Value {
    match old.get("type").and_then(Value::as_str) {
        Some("basic") => json!({"type": "http", "scheme": "basic"}),
        Some("oauth2") => {
            let flow = match old.get("flow").and_then(Value::as_str) {
                Some("accessCode") => "authorizationCode",
                Some("application") => "clientCredentials",
                Some("password") => "password",
                _ => "implicit",
            };
            let mut parts = Map::new();
            for name in ["authorizationUrl", "tokenUrl", "scopes"] {
                if let Some(value) = old.get(name) {
                    parts.insert(name.into(), value.clone());
                }
            }
            json!({"type": "oauth2", "flows": {flow: parts}})
        }
        _ => old.clone(),
    }
}
