//! JSON Schema (2020-12) of a Thing Description's data schema (TD 1.1 section 5.3.2), which is a part of an older draft
//! with a few words of its own.

use serde_json::{Map, Value, json};

use crate::words::clean;

/// Deeper parts take anything.
const DEPTH_MAX: usize = 12;

/// The most parts of one schema.
const PARTS_MAX: usize = 400;

/// The most letters of a description within.
const LETTERS_MAX: usize = 300;

/// The longest pattern that values are matched against.
const PATTERN_BYTES_MAX: usize = 500;

/// Words that mean the same in both.
const SAME: [&str; 15] = [
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "required",
    "default",
    "format",
];

/// The schema; `Err` where no value can be checked by what was written.
pub(crate) fn schema(data: &Value) -> Result<Value, String> {
    let mut left = PARTS_MAX;
    let made = convert(data, 0, &mut left).ok_or("its schema is not an object")?;
    check(&made)?;
    Ok(made)
}

/// Whether values can be checked by it.
fn check(schema: &Value) -> Result<(), String> {
    validator(schema).map(drop).map_err(|_| "its schema contradicts itself".to_owned())
}

/// What checks values. Patterns are matched in time that grows with the value's length only.
pub(crate) fn validator(schema: &Value) -> Result<jsonschema::Validator, Box<jsonschema::ValidationError<'static>>> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .offline()
        .build(schema)
        .map_err(Box::new)
}

fn convert(data: &Value, depth: usize, left: &mut usize) -> Option<Value> {
    let object = data.as_object()?;
    if depth > DEPTH_MAX || *left == 0 {
        return Some(json!({}));
    }
    *left -= 1;
    let mut out = Map::new();
    for word in SAME {
        if let Some(value) = object.get(word) {
            out.insert(word.to_owned(), value.clone());
        }
    }
    exclusive(&mut out);
    out.retain(|word, value| fits(word, value));
    for word in ["title", "description"] {
        let text = object.get(word).and_then(Value::as_str).and_then(|text| clean(text, LETTERS_MAX));
        out.extend(text.map(|text| (word.to_owned(), text.into())));
    }
    if let Some(pattern) = object.get("pattern").and_then(Value::as_str).filter(|it| it.len() <= PATTERN_BYTES_MAX) {
        // One in another language's regular expressions is the device's to check.
        if validator(&json!({"pattern": pattern})).is_ok() {
            out.insert("pattern".into(), pattern.into());
        }
    }
    for word in ["readOnly", "writeOnly"] {
        if object.get(word) == Some(&Value::Bool(true)) {
            out.insert(word.into(), true.into());
        }
    }
    if let Some(unit) = object.get("unit").and_then(Value::as_str).and_then(|unit| clean(unit, 60)) {
        out.insert("unit".into(), unit.into());
    }
    match object.get("items") {
        Some(Value::Array(items)) => {
            let items: Vec<_> = items.iter().filter_map(|item| convert(item, depth + 1, left)).collect();
            out.insert("prefixItems".into(), items.into());
        }
        Some(item) => out.extend(convert(item, depth + 1, left).map(|item| ("items".to_owned(), item))),
        None => {}
    }
    if let Some(Value::Object(properties)) = object.get("properties") {
        let made = properties.iter().filter_map(|(name, it)| Some((name.clone(), convert(it, depth + 1, left)?)));
        let made: Map<_, _> = made.collect();
        out.insert("properties".into(), made.into());
    }
    if let Some(Value::Array(choices)) = object.get("oneOf") {
        let made: Vec<_> = choices.iter().filter_map(|it| convert(it, depth + 1, left)).collect();
        if !made.is_empty() {
            out.insert("oneOf".into(), made.into());
        }
    }
    Some(out.into())
}

/// `exclusiveMinimum: true` of older drafts.
fn exclusive(out: &mut Map<String, Value>) {
    for (word, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match out.get(word) {
            Some(Value::Bool(true)) => {
                if let Some(value) = out.remove(bound) {
                    out.insert(word.to_owned(), value);
                }
            }
            Some(Value::Bool(false)) => drop(out.remove(word)),
            _ => {}
        }
    }
}

/// Whether a word has a value of its kind: one that has not bounds nothing.
fn fits(word: &str, value: &Value) -> bool {
    match word {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "multipleOf" => value.as_f64().is_some_and(|it| it > 0.0),
        "minLength" | "maxLength" | "minItems" | "maxItems" => value.is_u64(),
        "enum" => value.as_array().is_some_and(|it| !it.is_empty()),
        "required" => value.as_array().is_some_and(|it| it.iter().all(Value::is_string)),
        "format" => value.is_string(),
        "type" => {
            value.as_str().is_some_and(is_type)
                || value
                    .as_array()
                    .is_some_and(|it| !it.is_empty() && it.iter().all(|one| one.as_str().is_some_and(is_type)))
        }
        _ => true,
    }
}

fn is_type(word: &str) -> bool {
    matches!(word, "object" | "array" | "string" | "number" | "integer" | "boolean" | "null")
}
