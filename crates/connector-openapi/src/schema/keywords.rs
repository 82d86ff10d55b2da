//! Keywords that need more than being copied.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];

/// `type`, with what writers of documents put there brought to what was meant.
pub(super) fn types(value: &Value, out: &mut Map<String, Value>) -> Option<Value> {
    match value {
        Value::String(one) => {
            let known = known_type(one)?;
            if one == "file" {
                out.insert("format".into(), "binary".into());
            }
            Some(known.into())
        }
        Value::Array(several) => {
            let known: BTreeSet<_> = several.iter().filter_map(|one| known_type(one.as_str()?)).collect();
            let whole = known.len() >= several.len().min(1) && several.iter().all(Value::is_string);
            (whole && !known.is_empty()).then(|| known.into_iter().collect())
        }
        _ => None,
    }
}

fn known_type(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    TYPES.into_iter().find(|known| *known == lower).or(match lower.as_str() {
        "int" | "int32" | "int64" | "long" => Some("integer"),
        "float" | "double" | "decimal" => Some("number"),
        "bool" => Some("boolean"),
        "file" | "date" | "date-time" | "datetime" | "uuid" | "text" => Some("string"),
        "map" | "hash" => Some("object"),
        "list" => Some("array"),
        _ => None,
    })
}

/// OpenAPI 3.0's `nullable`: it adds null to the types where there are any (3.0.3, section 4.7.24).
pub(super) fn nullable(schema: &Value, out: &mut Map<String, Value>) {
    let says = |name: &str| schema.get(name).and_then(Value::as_bool) == Some(true);
    if !says("nullable") && !says("x-nullable") {
        return;
    }
    if let Some(Value::String(one)) = out.get("type").cloned() {
        out.insert("type".into(), json!([one, "null"]));
    }
}

/// `exclusiveMinimum: true` beside `minimum` (Draft 4) as a number of its own.
pub(super) fn exclusive(schema: &Value, out: &mut Map<String, Value>) {
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if schema.get(flag).and_then(Value::as_bool) == Some(true)
            && let Some(number) = out.shift_remove(bound)
        {
            out.insert(flag.into(), number);
        }
    }
}

/// A type that none of the listed values has was not meant: the values were.
pub(super) fn reconcile(out: &mut Map<String, Value>) {
    let Some(Value::Array(values)) = out.get("enum") else { return };
    let fits = |name: &str| values.iter().any(|value| is_of(value, name));
    let kept = match out.get("type") {
        Some(Value::String(one)) => fits(one),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).any(fits),
        _ => true,
    };
    if !kept {
        out.shift_remove("type");
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => value.is_string(),
    }
}

/// A number of things.
pub(super) fn count(value: &Value) -> Option<Value> {
    match value.as_u64() {
        Some(count) => Some(count.into()),
        // `10.0` and, in documents written by hand, `1e21`.
        None => value.as_f64().filter(|it| *it >= 0.0 && it.fract() == 0.0 && *it < 9e15).map(|it| (it as u64).into()),
    }
}

/// A list of names, each once. Draft 3's `required: true` on the property itself is left out.
pub(super) fn required(value: &Value) -> Option<Value> {
    let names: BTreeSet<_> = value.as_array()?.iter().filter_map(Value::as_str).collect();
    (!names.is_empty()).then(|| names.into_iter().collect())
}

pub(super) fn dependent_required(value: &Value) -> Option<Value> {
    let members: Map<_, _> = value
        .as_object()?
        .iter()
        .map(|(name, names)| (name.clone(), required(names).unwrap_or_else(|| json!([]))))
        .collect();
    Some(members.into())
}
