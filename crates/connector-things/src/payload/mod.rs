//! Values on the wire, by a form's `contentType`.

mod decode;
mod encode;

pub(crate) use self::decode::decode;
pub(crate) use self::encode::encode;

/// The media type without parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `application/json` and its kin.
fn is_json(essence: &str) -> bool {
    essence.is_empty() || essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// Whether values of this kind mean something here. Others than JSON and text are bytes, and structured ones are not read.
pub(crate) fn is_spoken(content_type: &str) -> bool {
    let essence = essence(content_type);
    let is_structured = |name: &str| essence == format!("application/{name}") || essence.ends_with(&format!("+{name}"));
    !["cbor", "xml", "exi"].into_iter().any(is_structured)
}
