use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use connector::{Error, ErrorKind, Result};
use serde_json::Value;

/// A value as a device wants it: JSON, plain text, or bytes (which are base64 here).
pub(crate) fn encode(value: &Value, content_type: &str) -> Result<Bytes> {
    let essence = super::essence(content_type);
    if super::is_json(&essence) {
        return serde_json::to_vec(value).map(Bytes::from).map_err(Error::internal);
    }
    if essence.starts_with("text/") {
        return Ok(match value {
            Value::String(text) => Bytes::from(text.clone()),
            other => Bytes::from(other.to_string()),
        });
    }
    match value {
        Value::String(text) => STANDARD
            .decode(text)
            .map(Bytes::from)
            .map_err(|_| Error::invalid(format!("The device takes {essence}: give its bytes in base64."))),
        _ => Err(Error::new(
            ErrorKind::Unsupported,
            format!("The device takes {essence}, which no value can be sent as."),
        )),
    }
}
