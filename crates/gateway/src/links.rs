//! Addresses of documents, unambiguous between resources: `bellhop://NAME/ADDRESS`, or the address itself where the
//! resource's names are bare.

use serde_json::Value;

use crate::projection::Known;

/// Stands before the name of the resource that an address is in.
const SCHEME: &str = "bellhop://";

/// The resource that an address names, and the address as the resource knows it. `None`: it names no resource.
pub(crate) fn split(uri: &str) -> Option<(&str, &str)> {
    uri.strip_prefix(SCHEME)?.split_once('/')
}

/// Whether an address of a resource would pass for one that names a resource.
pub(crate) fn pretends(uri: &str) -> bool {
    uri.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
}

/// Writes an address, or the pattern of one, as clients are to give it back.
pub(crate) fn mark(known: &Known, value: Option<&mut Value>) {
    if known.bare {
        return;
    }
    if let Some(Value::String(uri)) = value {
        *uri = format!("{SCHEME}{}/{uri}", known.name);
    }
}

/// The same for what a block of content links to or carries.
pub(crate) fn mark_block(known: &Known, block: &mut Value) {
    match block.get("type").and_then(Value::as_str) {
        Some("resource_link") => mark(known, block.get_mut("uri")),
        Some("resource") => mark(known, block.get_mut("resource").and_then(|it| it.get_mut("uri"))),
        _ => {}
    }
}
