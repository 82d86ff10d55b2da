use connector::Collection;
use serde_json::Value;

use super::value;
use crate::builtin::{fields, sentence};

/// Longest text that is shown whole, in characters.
const TEXT_CHARS_MAX: usize = 8_000;

/// One item, a field on each line; a file's text at the end.
pub(super) fn item(collection: &Collection, name: &str, id: &Value, asked: &[String], data: &Value) -> String {
    let noun = sentence::noun(name, Some(1));
    let id = value::key(id);
    let Some(object) = data.as_object() else { return result(name, data) };
    if let ([only], Some(answer)) = (asked, asked.first().and_then(|name| object.get(name))) {
        return format!("The {only} of {noun} {id} is {}.", value::short(answer));
    }
    let capital: String = noun.chars().take(1).flat_map(char::to_uppercase).chain(noun.chars().skip(1)).collect();
    let content = object.get("content").and_then(Value::as_str).filter(|_| fields::is_files(collection));
    let mut text = format!("{capital} {id}:");
    let dull = |name: &str| content.is_some() && !["size", "modified"].contains(&name);
    // What only serves another call is nothing to read.
    let serves = |name: &str| name.starts_with("_version") && collection.field(name).is_some_and(|field| !field.listed);
    for (name, one) in object.iter().filter(|(name, one)| !one.is_null() && !dull(name) && !serves(name)) {
        text.push_str(&format!("\n- {name}: {}", value::short(one)));
    }
    if let Some(content) = content {
        text.push_str("\n\n");
        text.push_str(&long(content));
    }
    text
}

/// What an action gave.
pub(super) fn result(name: &str, data: &Value) -> String {
    match data {
        Value::Null => format!("{name}: done."),
        Value::String(text) => format!("{name}: {}", long(text)),
        Value::Object(object) => {
            let lists: Vec<_> = object.values().filter_map(Value::as_array).collect();
            if let [only] = lists.as_slice() {
                return lines(name, only);
            }
            let parts: Vec<_> = object.iter().map(|(name, one)| format!("\n- {name}: {}", value::short(one))).collect();
            format!("{name}: done.{}", parts.concat())
        }
        Value::Array(items) => lines(name, items),
        other => format!("{name}: {}", value::short(other)),
    }
}

fn lines(name: &str, items: &[Value]) -> String {
    const ITEMS_MAX: usize = 50;
    let line = |item: &Value| match item {
        Value::Object(object) => {
            let parts: Vec<_> = object
                .iter()
                .filter(|(_, one)| !one.is_null())
                .map(
                    |(name, one)| {
                        if name == "path" { value::short(one) } else { format!("{name} {}", value::short(one)) }
                    },
                )
                .collect();
            format!("\n- {}", parts.join(" · "))
        }
        one => format!("\n- {}", value::short(one)),
    };
    if items.is_empty() {
        return format!("{name}: nothing was found.");
    }
    let more = items.len().saturating_sub(ITEMS_MAX);
    let more = if more > 0 { format!("\n- and {more} more") } else { String::new() };
    let lines: Vec<_> = items.iter().take(ITEMS_MAX).map(line).collect();
    format!("{name} found {}:{}{more}", items.len(), lines.concat())
}

/// A text as it is, without characters that a terminal would obey, cut where it is very long.
fn long(text: &str) -> String {
    let safe = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c };
    let mut shown: String = text.chars().take(TEXT_CHARS_MAX).map(safe).collect();
    if text.chars().nth(TEXT_CHARS_MAX).is_some() {
        shown.push_str("\n… (there is more)");
    }
    shown
}
