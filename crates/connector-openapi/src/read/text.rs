//! From bytes to JSON values.

use connector::{Error, Result};
use serde_json::Value;

/// Reads JSON or YAML.
pub(crate) fn parse(text: &[u8]) -> Result<Value> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return Err(Error::invalid("The document is not JSON."));
    }
    // Its own limit on depth (128) holds for everything that walks the value later.
    serde_json::from_slice(text).map_err(|error| Error::invalid(format!("The document cannot be read: {error}.")))
}
