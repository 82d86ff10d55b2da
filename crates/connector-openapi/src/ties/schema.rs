//! Where a schema has a field, through whatever it is put together of.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::api::Definitions;

/// The schema of a field, named from the outermost in; of an item's where a list is in between.
pub(super) fn field<'a>(schema: &'a Value, definitions: &'a Definitions, path: &[String]) -> Option<&'a Value> {
    // One step for all parts at a time: what they share is looked at once.
    let mut at = vec![schema];
    for name in path {
        let mut inner = Vec::new();
        parts(at, definitions, true, &mut |part| {
            let properties = part.get("properties").and_then(Value::as_object);
            inner.extend(properties.and_then(|properties| properties.get(name)).filter(|field| is_sent(field)));
        });
        at = inner;
    }
    at.first().copied()
}

/// What is read-only is not sent.
fn is_sent(field: &Value) -> bool {
    field.get("readOnly") != Some(&Value::Bool(true))
}

/// The names of the outermost fields.
pub(super) fn names(schema: &Value, definitions: &Definitions) -> Vec<String> {
    let mut names = Vec::new();
    parts(vec![schema], definitions, true, &mut |part| {
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
    parts(vec![schema], definitions, false, &mut |part| match part.get("type") {
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

/// Every part of schemas that speaks of the same value, or, with `items`, of an item of it where that is a list. What is
/// referred to from several places comes once.
fn parts<'a>(
    schemas: Vec<&'a Value>,
    definitions: &'a Definitions,
    items: bool,
    each: &mut dyn FnMut(&'a Map<String, Value>),
) {
    let mut seen: HashSet<*const Value> = HashSet::new();
    let mut left = schemas;
    left.reverse();
    while let Some(schema) = left.pop() {
        let Some(object) = schema.as_object() else { continue };
        each(object);
        let target = object.get("$ref").and_then(Value::as_str).and_then(|name| referred(name, definitions));
        let combined = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| object.get(keyword)?.as_array());
        let further: &[&str] = if items { &["then", "else", "items"] } else { &["then", "else"] };
        let further = further.iter().filter_map(|keyword| object.get(*keyword));
        let first = left.len();
        left.extend(target.filter(|target| seen.insert(std::ptr::from_ref(*target))));
        left.extend(combined.flatten().chain(further));
        // The last is taken next.
        left[first..].reverse();
    }
}

/// `#/$defs/Name` (RFC 6901 section 3).
pub(super) fn referred<'a>(reference: &str, definitions: &'a Definitions) -> Option<&'a Value> {
    let name = reference.strip_prefix("#/$defs/")?;
    definitions.get(name).or_else(|| definitions.get(&name.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_that_are_one_another_are_looked_at_once() {
        let definitions = crate::ties::kinds::definitions();
        let before = Instant::now();
        let path = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        for (index, kind) in definitions.values().enumerate() {
            let all = names(kind, &definitions);
            assert_eq!(all.len(), 24, "{index}: {all:?}");
            assert!(field(kind, &definitions, &path(&["account"])).is_some());
            assert!(field(kind, &definitions, &path(&["parent", "parent", "parent", "account"])).is_some());
            assert!(field(kind, &definitions, &path(&["parent", "other"])).is_none());
            assert_eq!(typed("1", kind, &definitions), json!("1"));
        }
        assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    }

    #[test]
    fn a_field_is_found_however_many_references_lead_to_it() {
        let link = |index: usize| (format!("d{index}"), json!({"$ref": format!("#/$defs/d{}", index + 1)}));
        let mut definitions: Definitions = (0..10_000).map(link).collect();
        definitions.insert("d10000".into(), json!({"properties": {"account": {"type": "integer"}}}));
        let first = json!({"$ref": "#/$defs/d0"});
        let found = field(&first, &definitions, &["account".to_owned()]).unwrap();
        assert_eq!(typed("1", found, &definitions), json!(1));
    }
}
