//! Takes properties out of a JSON Schema. What is gone can be neither seen nor asked for.

use serde_json::{Map, Value};

use super::fold;

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
pub fn hide_everywhere(schema: &mut Map<String, Value>, folded: &str) {
    let is_it = |found: &str| fold(found) == folded;
    // Each keyword of a schema is looked at as what it is: a property may well be called `required` or `items`.
    hide_properties(schema, &is_it);
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
        Some(Value::Object(schema)) => hide_everywhere(schema, folded),
        Some(Value::Array(several)) => several.iter_mut().for_each(|one| each(Some(one), folded)),
        _ => {}
    }
}

/// Takes properties out of one schema, and what else it says of them.
pub fn hide_properties(schema: &mut Map<String, Value>, is_it: &dyn Fn(&str) -> bool) {
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

/// Takes the samples of a schema out of it: they would show what is gone.
pub fn forget_samples(schema: &mut Map<String, Value>) {
    for keyword in ["default", "example", "examples"] {
        schema.remove(keyword);
    }
}
