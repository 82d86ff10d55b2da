//! Takes fields out of a JSON Schema. What is gone can be neither seen nor asked for.

use serde_json::{Map, Value};

use super::schema::referred;

/// How many references are followed on the way to one field.
const DEPTH_MAX: usize = 32;

/// Keywords whose value is a schema.
const ONE: [&str; 12] = [
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
    "contentSchema",
];
/// Keywords whose value is a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is schemas by name.
const NAMED: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// Takes every field of this folded name out of a schema, however deep.
pub(super) fn everywhere(schema: &mut Map<String, Value>, folded: &str) {
    let is_it = |found: &str| upstream::fold(found) == folded;
    // Each keyword of a schema is looked at as what it is: a property may well be called `required` or `items`.
    remove(schema, &is_it);
    for keyword in ONE {
        each(schema.get_mut(keyword), folded);
    }
    for keyword in LIST {
        schema
            .get_mut(keyword)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .for_each(|one| each(Some(one), folded));
    }
    for keyword in NAMED {
        let named = schema.get_mut(keyword).and_then(Value::as_object_mut);
        named.into_iter().flat_map(Map::values_mut).for_each(|one| each(Some(one), folded));
    }
}

fn each(schema: Option<&mut Value>, folded: &str) {
    match schema {
        Some(Value::Object(schema)) => everywhere(schema, folded),
        Some(Value::Array(several)) => several.iter_mut().for_each(|one| each(Some(one), folded)),
        _ => {}
    }
}

/// Takes one field out of what one argument of an input takes, named from the outermost in. A definition that others
/// use too is written out where the way leads through it, and stays what it is for them.
pub(super) fn path_within(input: &mut Map<String, Value>, argument: &str, path: &[String]) {
    let definitions = input.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    let whole = input.get_mut("properties").and_then(|all| all.get_mut(argument)).and_then(Value::as_object_mut);
    if let Some(whole) = whole {
        step(whole, &definitions, path, 0);
    }
}

/// Leaves out definitions that nothing refers to any more.
pub(super) fn prune(input: &mut Map<String, Value>) {
    let Some(Value::Object(mut definitions)) = input.remove("$defs") else { return };
    let mut kept = Map::new();
    let mut wanted = Vec::new();
    input.values().for_each(|value| references(value, &mut wanted));
    while let Some(name) = wanted.pop() {
        if let Some(definition) = definitions.shift_remove(&name) {
            references(&definition, &mut wanted);
            kept.insert(name, definition);
        }
    }
    if !kept.is_empty() {
        input.insert("$defs".into(), kept.into());
    }
}

/// The names of definitions that are referred to.
fn references(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            let target = object.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/$defs/"));
            names.extend(target.map(|name| name.replace("~1", "/").replace("~0", "~")));
            object.values().for_each(|value| references(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, names)),
        _ => {}
    }
}

fn step(schema: &mut Map<String, Value>, definitions: &Map<String, Value>, path: &[String], depth: usize) {
    let Some((first, rest)) = path.split_first().filter(|_| depth < DEPTH_MAX) else { return };
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|name| referred(name, definitions)).cloned();
    if let Some(target) = target {
        schema.remove("$ref");
        let all = schema.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(all) = all.as_array_mut() {
            all.push(target);
        }
    }
    if rest.is_empty() {
        remove(schema, &|found| found == first);
    } else if let Some(inner) = schema.get_mut("properties").and_then(|all| all.get_mut(first))
        && let Some(inner) = inner.as_object_mut()
    {
        step(inner, definitions, rest, depth + 1);
        forget_samples(schema);
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let all = schema.get_mut(keyword).and_then(Value::as_array_mut);
        all.into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
            .for_each(|one| step(one, definitions, path, depth + 1));
    }
    for keyword in ["then", "else", "items"] {
        if let Some(one) = schema.get_mut(keyword).and_then(Value::as_object_mut) {
            step(one, definitions, path, depth + 1);
        }
    }
}

/// Takes properties out of one schema, and what else it says of them.
fn remove(schema: &mut Map<String, Value>, is_it: &dyn Fn(&str) -> bool) {
    let mut found = 0;
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let before = properties.len();
        properties.retain(|name, _| !is_it(name));
        found = before - properties.len();
    }
    let names = |list: &mut Value| {
        if let Some(list) = list.as_array_mut() {
            list.retain(|name| !name.as_str().is_some_and(is_it));
        }
    };
    if let Some(required) = schema.get_mut("required") {
        names(required);
        if required.as_array().is_some_and(Vec::is_empty) {
            schema.remove("required");
        }
    }
    for keyword in ["dependentRequired", "dependentSchemas"] {
        if let Some(dependent) = schema.get_mut(keyword).and_then(Value::as_object_mut) {
            dependent.retain(|name, _| !is_it(name));
            dependent.values_mut().for_each(names);
        }
    }
    if found == 0 {
        return;
    }
    if let Some(fewest) = schema.get("minProperties").and_then(Value::as_u64) {
        schema.insert("minProperties".into(), fewest.saturating_sub(found as u64).into());
    }
    forget_samples(schema);
}

/// Samples would show what is gone.
fn forget_samples(schema: &mut Map<String, Value>) {
    for keyword in ["default", "example", "examples"] {
        schema.remove(keyword);
    }
}
