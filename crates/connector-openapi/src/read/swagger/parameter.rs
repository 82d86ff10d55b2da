use serde_json::{Map, Value};

/// What describes a parameter's value and stands beside its name in 2.0.
const SCHEMA: [&str; 17] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "x-nullable",
];

/// A parameter that is none of a body (section "Parameter Object").
pub(super) fn upgraded(old: &Value) -> Value {
    let mut new = Map::new();
    // A reference that leads nowhere stays one, and says so later.
    for name in ["$ref", "name", "in", "description", "required", "deprecated"] {
        if let Some(value) = old.get(name) {
            new.insert(name.into(), value.clone());
        }
    }
    // Not legal here, but where there is one it is meant.
    new.insert("schema".into(), old.get("schema").cloned().unwrap_or_else(|| schema(old)));
    if let Some((style, explode)) = style(old) {
        new.insert("style".into(), style.into());
        new.insert("explode".into(), explode.into());
    }
    new.into()
}

/// The schema of a parameter's value.
pub(super) fn schema(old: &Value) -> Value {
    let kept = SCHEMA.iter().filter_map(|name| Some(((*name).to_owned(), old.get(*name)?.clone())));
    kept.collect::<Map<_, _>>().into()
}

/// `collectionFormat` as style and `explode`; none where the value is no list.
pub(super) fn style(old: &Value) -> Option<(&'static str, bool)> {
    if old.get("type").and_then(Value::as_str) != Some("array") {
        return None;
    }
    let in_query = matches!(old.get("in").and_then(Value::as_str), Some("query" | "formData"));
    let joined = if in_query { "form" } else { "simple" };
    Some(match old.get("collectionFormat").and_then(Value::as_str) {
        Some("multi") if in_query => ("form", true),
        Some("ssv") => ("spaceDelimited", false),
        Some("tsv") => ("tabDelimited", false),
        Some("pipes") => ("pipeDelimited", false),
        _ => (joined, false),
    })
}
