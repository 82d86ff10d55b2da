use connector::{Collection, Field, Ownership};
use serde_json::Value;

/// Longest description taken over from a catalog, in characters. A catalog is somebody's text: it is cut, and
/// control characters are taken out, so that it stays a description.
const DESCRIPTION_CHARS_MAX: usize = 400;
/// Most fields that one tool's description names.
const FIELDS_MAX: usize = 60;

/// A catalog's own words, made safe to show.
pub(super) fn own(text: Option<&str>) -> String {
    let clean: String = text
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(DESCRIPTION_CHARS_MAX)
        .collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Longest description of what was made for models, in characters.
const WHOLE_CHARS_MAX: usize = 10_000;

/// A description that was written for models, with its lines, made safe to show.
pub(super) fn whole(text: &str) -> String {
    let safe = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    safe.take(WHOLE_CHARS_MAX).collect()
}

/// Those words as a sentence with a blank before it, or nothing.
pub(super) fn sentence(text: Option<&str>) -> String {
    match own(text) {
        words if words.is_empty() => words,
        words if words.ends_with(['.', '!', '?', '…']) => format!(" {words}"),
        words => format!(" {words}."),
    }
}

/// Whose items these are, said to a model.
pub(super) fn whose(collection: &Collection) -> &'static str {
    match collection.ownership {
        Ownership::Owned { .. } => "Only the signed-in user's own items.",
        Ownership::Shared { .. } => "The same items for everyone.",
    }
}

/// `total number, status open|shipped, …`
pub(super) fn fields<'a>(fields: impl Iterator<Item = &'a Field>) -> String {
    let mut words: Vec<String> = fields.map(field).collect();
    if words.len() > FIELDS_MAX {
        let more = words.len() - FIELDS_MAX;
        words.truncate(FIELDS_MAX);
        words.push(format!("and {more} more"));
    }
    words.join(", ")
}

fn field(field: &Field) -> String {
    let kind = kind(&field.schema);
    let null = if field.nullable { "?" } else { "" };
    if kind.is_empty() { format!("{}{null}", field.name) } else { format!("{} {kind}{null}", field.name) }
}

/// A value's type in a word: `integer`, `date-time`, `open|shipped`.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(Value::Array(values)) = schema.get("enum") {
        let words: Vec<_> =
            values.iter().take(12).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
        return words.join("|");
    }
    if let Some(Value::String(format)) = schema.get("format") {
        return format.clone();
    }
    match schema.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|"),
        _ => String::new(),
    }
}

/// One question in plain words and the `filters` that answer it.
pub(super) fn filter_example(collection: &Collection) -> Option<(String, String)> {
    let name = &collection.name;
    let usable = || collection.fields.iter().filter(|field| field.filterable && !collection.key.contains(&field.name));
    if let Some(field) = usable().find(|field| field.schema.get("enum").is_some()) {
        let value = field.schema.get("enum")?.get(0)?;
        let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let field = &field.name;
        return Some((format!("{name} whose {field} is {word}"), format!("{{\"{field}\":{value}}}")));
    }
    if let Some(field) = usable().find(|field| field.is_text() && field.schema.get("format").is_none()) {
        let field = &field.name;
        return Some((
            format!("{name} whose {field} has \"art\" in it"),
            format!("{{\"{field}\":{{\"contains\":\"art\"}}}}"),
        ));
    }
    let field = &usable().find(|field| field.is_numeric() && field.references.is_none())?.name;
    Some((format!("{name} whose {field} is at least 10"), format!("{{\"{field}\":{{\"gte\":10}}}}")))
}
