use serde_json::{Value, json};

use crate::td::Property;

/// A term of a property's first form.
pub(super) fn term<'a>(property: &'a Property, name: &str) -> Option<&'a Value> {
    property.forms.iter().find_map(|form| form.term("virtual", name))
}

/// What a property is at first.
pub(super) fn initial(property: &Property) -> Value {
    let schema = &property.schema;
    let said = term(property, "initial").or_else(|| schema.get("default")).or_else(|| schema.get("const"));
    if let Some(said) = said.or_else(|| schema.get("enum").and_then(|all| all.get(0))) {
        return said.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("number" | "integer") => schema.get("minimum").cloned().unwrap_or_else(|| json!(0)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("object") => json!({}),
        Some("null") | None => Value::Null,
        Some(_) => json!(""),
    }
}

/// `"$input"` and `"$input.part"` become what was given.
pub(super) fn filled(template: &Value, input: Option<&Value>) -> Option<Value> {
    match template.as_str() {
        Some("$input") => input.cloned(),
        Some(path) if path.starts_with("$input.") => input?.get(path.trim_start_matches("$input.")).cloned(),
        _ => Some(template.clone()),
    }
}

/// A number on its way: one step on.
pub(super) fn moved(from: f64, to: f64, step: f64) -> f64 {
    if from < to { (from + step).min(to) } else { (from - step).max(to) }
}

/// A number on its way as a device shows it: to the hundredth.
pub(super) fn shown(value: Value) -> Value {
    value.as_f64().map_or(value, |exact| json!((exact * 100.0).round() / 100.0))
}
