use serde_json::{Map, Value};

use crate::words::clean;

/// A text, or the first of its translations.
pub(super) fn text(object: &Map<String, Value>, one: &str, many: &str, letters_max: usize) -> Option<String> {
    let plain = object.get(one).and_then(Value::as_str);
    let first = || {
        let all = object.get(many)?.as_object()?;
        all.get("en").or_else(|| all.values().next())?.as_str()
    };
    clean(plain.or_else(first)?, letters_max)
}

/// One text or a list of them.
pub(super) fn several(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
