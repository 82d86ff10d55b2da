//! Bodies that are text or bytes.

use bytes::Bytes;
use connector::Result;
use http::HeaderValue;
use serde_json::Value;

use super::{Written, file, header};
use crate::request::{refused, shape};

/// Text as it is, UTF-8. A number or another JSON value as JSON writes it.
pub(super) fn text(argument: &str, media_type: &str, value: &Value) -> Result<Written> {
    let content = match value {
        file @ (Value::Object(_) | Value::Array(_)) => file::read(argument, file)?.content,
        value => Bytes::from(shape::text(value).into_owned()),
    };
    let media_type = match media_type {
        range if range.contains('*') => HeaderValue::from_static("text/plain; charset=utf-8"),
        plain if plain.contains(';') => header(plain)?,
        plain => header(&format!("{plain}; charset=utf-8"))?,
    };
    Ok(Written { media_type, content })
}

/// XML as the caller wrote it. It is not made of JSON: OpenAPI's `xml` objects are hints, and a wrong guess at
/// attributes and names would be sent as if it were meant.
pub(super) fn xml(argument: &str, media_type: &str, value: &Value) -> Result<Written> {
    let Value::String(text) = value else {
        return Err(refused(argument, "is XML: give the whole document as text."));
    };
    let media_type = if media_type.contains('*') { "application/xml" } else { media_type };
    Ok(Written { media_type: header(media_type)?, content: Bytes::from(text.clone()) })
}

/// A file's bytes. Of the media types that a range allows, the file's own.
pub(super) fn bytes(argument: &str, media_type: &str, value: &Value) -> Result<Written> {
    let file = file::read(argument, value)?;
    let media_type = match file.media_type {
        Some(own) if media_type.contains('*') => own,
        None if media_type.contains('*') => "application/octet-stream".to_owned(),
        _ => media_type.to_owned(),
    };
    Ok(Written { media_type: header(&media_type)?, content: file.content })
}

/// Base64 as it is: the document says that the upstream decodes it.
pub(super) fn encoded(argument: &str, media_type: &str, value: &Value) -> Result<Written> {
    let text = value.as_str().ok_or_else(|| refused(argument, "is Base64: give it as text."))?;
    let media_type = if media_type.contains('*') { "application/octet-stream" } else { media_type };
    Ok(Written { media_type: header(media_type)?, content: Bytes::from(text.to_owned()) })
}
