use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};

/// The SHA-256 of a definition in hex, the same however its keys are ordered.
pub(super) fn sha256(definition: &Map<String, Value>) -> String {
    let mut text = String::new();
    canonical(&Value::from(definition.clone()), &mut text);
    digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON with keys in order and nothing between.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::sha256;

    #[test]
    fn the_order_of_keys_is_no_change_and_a_letter_is() {
        let of = |value: serde_json::Value| sha256(value.as_object().unwrap());
        let first = of(json!({"name": "add", "inputSchema": {"a": 1, "b": [1, 2]}}));
        assert_eq!(first, of(json!({"inputSchema": {"b": [1, 2], "a": 1}, "name": "add"})));
        assert_ne!(first, of(json!({"inputSchema": {"b": [2, 1], "a": 1}, "name": "add"})));
        assert_ne!(first, of(json!({"inputSchema": {"b": [1, 2], "a": 1}, "name": "Add"})));
    }
}
