//! Media types: which one of those that a document offers is used, and what shape it has.

/// What a body of some media type looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Json,
    Form,
    Multipart,
    Text,
    Binary,
}

impl Shape {
    /// Whether its schema describes what a caller gives, and not some text's inside.
    pub(crate) fn is_structured(self) -> bool {
        matches!(self, Self::Json | Self::Form | Self::Multipart)
    }
}

/// The shape of a media type, parameters and letter case aside. `*/*` is taken for JSON.
pub(crate) fn shape(media_type: &str) -> Shape {
    let essence = essence(media_type);
    match essence.as_str() {
        "*/*" | "application/*" | "" => Shape::Json,
        "application/x-www-form-urlencoded" => Shape::Form,
        "multipart/form-data" => Shape::Multipart,
        "application/xml"
        | "application/x-ndjson"
        | "application/graphql"
        | "application/yaml"
        | "application/x-yaml"
        | "application/javascript"
        | "application/sql" => Shape::Text,
        _ if is_json(&essence) => Shape::Json,
        _ if essence.starts_with("text/") || essence.ends_with("+xml") || essence.ends_with("+yaml") => Shape::Text,
        _ => Shape::Binary,
    }
}

/// Smaller is preferred: JSON first, plain JSON before its kinds.
pub(super) fn rank(media_type: &str) -> (Shape, u8) {
    let essence = essence(media_type);
    let kind = match essence.as_str() {
        "application/json" => 0,
        "*/*" => 1,
        // A patch format is another body than the resource's own.
        _ if essence.contains("patch") => 3,
        _ => 2,
    };
    (shape(media_type), kind)
}

fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(essence: &str) -> bool {
    essence.ends_with("/json") || essence.ends_with("+json") || essence == "application/x-json"
}
