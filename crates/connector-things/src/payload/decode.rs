use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector::{Error, ErrorKind, Result};
use serde_json::Value;

/// What a device sent, as the schema wants it: text that should be a number is one. An empty body is null.
pub(crate) fn decode(bytes: &[u8], content_type: &str, schema: &Value) -> Result<Value> {
    let essence = super::essence(content_type);
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    if super::is_json(&essence) {
        return match serde_json::from_slice(bytes) {
            Ok(value) => Ok(value),
            // Devices that say JSON and send a bare word are many.
            Err(_) if takes_text(schema) => text(bytes),
            Err(_) => Err(strange("is not JSON, though it says so")),
        };
    }
    if essence.starts_with("text/") {
        let text = text(bytes)?;
        return Ok(scalar(text, schema));
    }
    Ok(Value::String(STANDARD.encode(bytes)))
}

fn takes_text(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("string")
}

fn text(bytes: &[u8]) -> Result<Value> {
    let text = std::str::from_utf8(bytes).map_err(|_| strange("is not text, though it says so"))?;
    Ok(Value::String(text.to_owned()))
}

/// `21.5` where a number is wanted, `on` where text is.
fn scalar(text: Value, schema: &Value) -> Value {
    let wanted = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    match (&text, wanted) {
        (Value::String(plain), "number" | "integer" | "boolean" | "object" | "array" | "null") => {
            serde_json::from_str(plain.trim()).unwrap_or(text)
        }
        _ => text,
    }
}

fn strange(how: &str) -> Error {
    // A device that answers is there, and will say the same again.
    Error::new(ErrorKind::Unsupported, format!("What the device sent {how}, and was not taken."))
}
