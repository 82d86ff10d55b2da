//! Where a schema has a field, through whatever it is put together of.

use serde_json::{Map, Value};

use crate::api::Definitions;

/// How many references and combinations are followed in one direction.
const DEPTH_MAX: usize = 32;

/// The schema of a field, named from the outermost in; of an item's where a list is in between.
pub(super) fn field<'a>(schema: &'a Value, definitions: &'a Definitions, path: &[String]) -> Option<&'a Value> {
    let Some((first, rest)) = path.split_first() else { return Some(schema) };
    let mut found = None;
    visit(schema, definitions, 0, &mut |part| {
        let properties = part.get("properties").and_then(Value::as_object);
        let here = properties.and_then(|properties| properties.get(first)).filter(|field| is_sent(field));
        found = found.or_else(|| field(here?, definitions, rest));
    });
    found
}

/// What is read-only is not sent.
fn is_sent(field: &Value) -> bool {
    field.get("readOnly") != Some(&Value::Bool(true))
}

/// The names of the outermost fields.
pub(super) fn names(schema: &Value, definitions: &Definitions) -> Vec<String> {
    let mut names = Vec::new();
    visit(schema, definitions, 0, &mut |part| {
        if let Some(properties) = part.get("properties").and_then(Value::as_object) {
            names.extend(properties.iter().filter(|(_, field)| is_sent(field)).map(|(name, _)| name.clone()));
        }
    });
    names.sort();
    names.dedup();
    names
}

/// `value` as a field of this schema takes it: a number where it takes numbers, a list where it takes lists.
pub(super) fn typed(value: &str, schema: &Value, definitions: &Definitions) -> Value {
    let mut types = Vec::new();
    visit_plain(schema, definitions, 0, &mut |part| match part.get("type") {
        Some(Value::String(one)) => types.push(one.clone()),
        Some(Value::Array(several)) => types.extend(several.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => {}
    });
    let takes = |name: &str| types.iter().any(|one| one == name);
    if types.is_empty() || takes("string") {
        return value.into();
    }
    if takes("array") {
        return vec![value].into();
    }
    let number = || value.parse::<serde_json::Number>().ok().filter(|number| number.to_string() == value);
    match () {
        () if takes("integer") || takes("number") => number().map_or_else(|| value.into(), Value::Number),
        () if takes("boolean") => value.parse::<bool>().map_or_else(|_| value.into(), Value::Bool),
        () => value.into(),
    }
}

/// Every part of a schema that speaks of the same value, or, where that is a list, of one of its items.
fn visit<'a>(
    schema: &'a Value,
    definitions: &'a Definitions,
    depth: usize,
    each: &mut dyn FnMut(&'a Map<String, Value>),
) {
    parts(schema, definitions, depth, true, each);
}

fn visit_plain<'a>(
    schema: &'a Value,
    definitions: &'a Definitions,
    depth: usize,
    each: &mut dyn FnMut(&'a Map<String, Value>),
) {
    parts(schema, definitions, depth, false, each);
}

fn parts<'a>(
    schema: &'a Value,
    definitions: &'a Definitions,
    depth: usize,
    items: bool,
    each: &mut dyn FnMut(&'a Map<String, Value>),
) {
    let Some(object) = schema.as_object().filter(|_| depth < DEPTH_MAX) else { return };
    each(object);
    if let Some(target) = object.get("$ref").and_then(Value::as_str).and_then(|name| referred(name, definitions)) {
        parts(target, definitions, depth + 1, items, each);
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for one in object.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            parts(one, definitions, depth + 1, items, each);
        }
    }
    let further: &[&str] = if items { &["then", "else", "items"] } else { &["then", "else"] };
    for one in further.iter().filter_map(|keyword| object.get(*keyword)) {
        parts(one, definitions, depth + 1, items, each);
    }
}

/// `#/$defs/Name` (RFC 6901 section 3).
pub(super) fn referred<'a>(reference: &str, definitions: &'a Definitions) -> Option<&'a Value> {
    let name = reference.strip_prefix("#/$defs/")?;
    definitions.get(name).or_else(|| definitions.get(&name.replace("~1", "/").replace("~0", "~")))
}
