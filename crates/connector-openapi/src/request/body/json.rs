use bytes::Bytes;
use connector::{Error, Result};
use serde_json::Value;

use super::{Written, header};

/// JSON text, as the media type that the document names. Where it names a range, as plain JSON.
pub(super) fn write(media_type: &str, value: &Value) -> Result<Written> {
    let is_range = media_type.contains('*') || media_type.trim().is_empty();
    let media_type = header(if is_range { "application/json" } else { media_type.trim() })?;
    let content = Bytes::from(serde_json::to_vec(value).map_err(Error::internal)?);
    Ok(Written { media_type, content })
}
