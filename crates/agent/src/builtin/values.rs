use connector::Field;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Number, Value};

use super::fields;

/// A text that a user wrote, as a value of a field. `None` where it cannot be one.
pub(crate) fn fit(text: &str, quoted: bool, field: &Field) -> Option<Value> {
    if !quoted && field.nullable && ["null", "none", "nothing"].contains(&text.to_lowercase().as_str()) {
        return Some(Value::Null);
    }
    if let Some(Value::Array(values)) = field.schema.get("enum") {
        return one_of(text, values);
    }
    let has = |wanted| fields::has_type(field, wanted);
    if has("boolean") {
        return boolean(text);
    }
    if (has("integer") || has("number"))
        && let Some(number) = number(text, has("number"))
    {
        return Some(number);
    }
    if has("integer") || has("number") {
        return has("string").then(|| text.into());
    }
    if has("object") || has("array") {
        let value: Value = serde_json::from_str(text).ok()?;
        return ((value.is_object() && has("object")) || (value.is_array() && has("array"))).then_some(value);
    }
    match field.schema.get("format").and_then(Value::as_str) {
        Some("date") => text.parse::<Date>().ok().map(|day| day.to_string().into()),
        Some("date-time") => is_time(text).then(|| text.into()),
        _ => Some(text.into()),
    }
}

fn is_time(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok() || text.parse::<Date>().is_ok()
}

/// The value of a list that a text names; letter case and `_` for a blank do not matter.
pub(crate) fn one_of(text: &str, values: &[Value]) -> Option<Value> {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], " ");
    values
        .iter()
        .find(|value| match value {
            Value::String(one) => plain(one) == plain(text),
            Value::Null => false,
            other => number(text, true).as_ref() == Some(other) || boolean(text).as_ref() == Some(other),
        })
        .cloned()
}

pub(crate) fn boolean(text: &str) -> Option<Value> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true.into()),
        "false" | "no" | "off" | "0" => Some(false.into()),
        _ => None,
    }
}

/// A number as people write it: `20`, `19.90`, `$5`, `1_000`.
pub(crate) fn number(text: &str, fraction: bool) -> Option<Value> {
    let plain = text.trim_start_matches(['$', '€', '£', '+']).trim_end_matches(['€', '£', '$', '%']).replace('_', "");
    if !plain.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.') {
        return None;
    }
    if let Ok(whole) = plain.parse::<i64>() {
        return Some(whole.into());
    }
    if let Some(whole) = plain.strip_suffix('.').and_then(|text| text.parse::<i64>().ok()) {
        return Some(whole.into());
    }
    let number = plain.parse::<f64>().ok().filter(|number| fraction || number.fract() == 0.0)?;
    Number::from_f64(number).map(Value::Number)
}

/// What a value of the field looks like, for a question.
pub(crate) fn kind(field: &Field) -> String {
    if let Some(Value::Array(values)) = field.schema.get("enum") {
        let words: Vec<_> = values
            .iter()
            .filter(|v| !v.is_null())
            .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
            .collect();
        return format!("one of {}", words.join(", "));
    }
    let has = |wanted| fields::has_type(field, wanted);
    let words = match field.schema.get("format").and_then(Value::as_str) {
        Some("date") => "a date such as 2026-01-31",
        Some("date-time") => "a time such as 2026-01-31T12:00:00Z",
        Some("uuid") => "a UUID",
        _ if has("boolean") => "true or false",
        _ if has("integer") => "a whole number",
        _ if has("number") => "a number",
        _ if has("array") => "a JSON list",
        _ if has("object") => "a JSON object",
        _ => "text",
    };
    words.to_owned()
}
