//! One property of a form (OpenAPI 3.1.1 section 4.8.15).

use serde_json::{Map, Value};

use super::essence;
use crate::api::{Body, Style};
use crate::request::pairs::{self, Pair};

/// The pairs of a property that has a style of its own; its content type then counts for nothing.
pub(super) fn pairs<'a>(body: &Body, name: &'a str, value: &'a Value) -> Option<Vec<Pair<'a>>> {
    let encoding = body.encoding.get(name)?;
    if encoding.style.is_none() && encoding.explode.is_none() {
        return None;
    }
    let style = encoding.style.unwrap_or(Style::Form);
    let explode = encoding.explode.unwrap_or(style == Style::Form);
    Some(pairs::of(name, value, style, explode))
}

/// Whether the document wants the property as JSON text.
pub(super) fn is_json(body: &Body, name: &str) -> bool {
    let content_type = body.encoding.get(name).and_then(|encoding| encoding.content_type.as_deref());
    content_type
        .map(essence)
        .is_some_and(|content_type| content_type == "application/json" || content_type.ends_with("+json"))
}

/// Whether a name that an argument's keys made would be taken for another field: one that the document has, or one that
/// is written beside it, such as what is bound to the caller.
pub(super) fn is_taken(body: &Body, members: &Map<String, Value>, name: &str, pair: &Pair<'_>) -> bool {
    let declared = body.schema.get("properties").and_then(Value::as_object);
    let arguments = match &body.arguments {
        crate::api::BodyArguments::Properties(names) => Some(names.values()),
        crate::api::BodyArguments::Whole(_) => None,
    };
    let declared = declared.into_iter().flat_map(|names| names.keys());
    let mut names = declared.chain(arguments.into_iter().flatten()).chain(members.keys());
    names.any(|other| other != name && pairs::is_taken(&pair.name, other))
}
