//! What a JSON Schema of a document says about objects and lists, references followed.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::api::Definitions;

/// How many references or combinations are followed from one schema.
const DEPTH_MAX: usize = 12;
/// How many schemas are looked at for the properties of one.
const VISITS_MAX: usize = 2000;
/// How deep a field's own schema is shown; what lies deeper is only named by its type.
const INLINE_DEPTH_MAX: usize = 3;
/// How many schemas one field's own schema may hold.
const INLINE_NODES_MAX: usize = 60;

/// An object's properties.
#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    pub(super) properties: IndexMap<String, Property>,
    /// Whether it says that it has others too, or says nothing of any.
    pub(super) open: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) schema: Value,
    pub(super) required: bool,
}

/// Schemas of one document.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'a> {
    pub(super) definitions: &'a Definitions,
}

impl<'a> Schemas<'a> {
    /// The schema that a `$ref` leads to.
    pub(super) fn resolve(self, schema: &'a Value) -> &'a Value {
        let mut at = schema;
        for _ in 0..DEPTH_MAX {
            let Some(target) = at.get("$ref").and_then(Value::as_str) else { return at };
            let name = target.strip_prefix("#/$defs/").map(|name| name.replace("~1", "/").replace("~0", "~"));
            match name.and_then(|name| self.definitions.get(&name)) {
                Some(next) => at = next,
                None => return at,
            }
        }
        at
    }

    /// The properties of an object schema; `None` where it is something else.
    pub(super) fn object(self, schema: &'a Value) -> Option<Object> {
        let mut visits = VISITS_MAX;
        let mut found = self.object_within(schema, &mut Vec::new(), &mut visits)?;
        // What was not looked at may have any.
        found.open |= visits == 0;
        Some(found)
    }

    /// `within` are the schemas that this one is a part of.
    fn object_within(self, schema: &'a Value, within: &mut Vec<&'a Value>, visits: &mut usize) -> Option<Object> {
        let schema = self.resolve(schema);
        // What is within itself adds nothing.
        if within.len() >= DEPTH_MAX || within.iter().any(|one| std::ptr::eq(*one, schema)) {
            return None;
        }
        *visits = visits.checked_sub(1)?;
        within.push(schema);
        let found = self.object_of(schema, within, visits);
        within.pop();
        found
    }

    fn object_of(self, schema: &'a Value, within: &mut Vec<&'a Value>, visits: &mut usize) -> Option<Object> {
        let mut found = Object::default();
        let mut is_object = has_type(schema, "object");
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            is_object = true;
            let required: Vec<&str> = schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            for (name, schema) in properties {
                let required = required.contains(&name.as_str());
                found.properties.insert(name.clone(), Property { schema: schema.clone(), required });
            }
        }
        for part in parts(schema, "allOf") {
            if let Some(part) = self.object_within(part, within, visits) {
                is_object = true;
                found.open |= part.open && !part.properties.is_empty();
                for (name, property) in part.properties {
                    found.properties.entry(name).or_insert(property);
                }
            }
        }
        let choices: Vec<&Value> =
            parts(schema, "anyOf").chain(parts(schema, "oneOf")).filter(|it| !is_null(self.resolve(it))).collect();
        let several = choices.len() > 1;
        for choice in choices {
            if let Some(choice) = self.object_within(choice, within, visits) {
                is_object = true;
                for (name, mut property) in choice.properties {
                    property.required &= !several;
                    found.properties.entry(name).or_insert(property);
                }
            }
        }
        let additional = schema.get("additionalProperties");
        let is_map = additional.is_some_and(|it| it.is_object() || it == &Value::Bool(true));
        found.open |= is_map || (found.properties.is_empty() && additional != Some(&Value::Bool(false)));
        is_object.then_some(found)
    }

    /// The schema of a list's items.
    pub(super) fn items(self, schema: &'a Value) -> Option<&'a Value> {
        let mut at = schema;
        for _ in 0..DEPTH_MAX {
            let schema = self.resolve(at);
            if has_type(schema, "array") || schema.get("items").is_some() {
                return Some(schema.get("items").unwrap_or(&Value::Null));
            }
            let mut choices =
                parts(schema, "anyOf").chain(parts(schema, "oneOf")).filter(|it| !is_null(self.resolve(it)));
            match (choices.next(), choices.next()) {
                (Some(only), None) => at = only,
                _ => return None,
            }
        }
        None
    }

    /// A field's schema that stands alone: references filled in, small, and without null, which is told apart.
    pub(super) fn inline(self, schema: &'a Value) -> (Value, bool) {
        let mut nodes = INLINE_NODES_MAX;
        let inlined = self.inline_within(schema, INLINE_DEPTH_MAX, &mut nodes);
        without_null(inlined)
    }

    fn inline_within(self, schema: &'a Value, depth: usize, nodes: &mut usize) -> Value {
        let schema = self.resolve(schema);
        let Value::Object(object) = schema else { return json!({}) };
        if *nodes == 0 || object.contains_key("$ref") {
            return json!({});
        }
        *nodes -= 1;
        // A combination of one, or of one and null, is that one.
        let choices: Vec<&Value> =
            parts(schema, "allOf").chain(parts(schema, "anyOf")).chain(parts(schema, "oneOf")).collect();
        let real: Vec<&&Value> = choices.iter().filter(|it| !is_null(self.resolve(it))).collect();
        if let ([only], false) = (real.as_slice(), object.contains_key("properties")) {
            let inner = self.inline_within(only, depth, nodes);
            return if choices.len() > 1 { with_null(inner) } else { inner };
        }
        let Some(below) = depth.checked_sub(1) else { return kept(object, &["type"]) };
        if !real.is_empty() {
            let all: Vec<Value> = choices.iter().map(|it| self.inline_within(it, below, nodes)).collect();
            let is_all_of = object.contains_key("allOf");
            // Of what belongs together only the type is said: a merged object would say too much or too little.
            return if is_all_of { kept(object, &["type"]) } else { json!({"anyOf": all}) };
        }
        let mut out = Map::new();
        for (key, value) in object {
            match key.as_str() {
                "properties" => {
                    let inner = value.as_object().into_iter().flatten();
                    let inner: Map<_, _> =
                        inner.map(|(name, it)| (name.clone(), self.inline_within(it, below, nodes))).collect();
                    out.insert(key.clone(), inner.into());
                }
                "items" | "additionalProperties" if value.is_object() => {
                    out.insert(key.clone(), self.inline_within(value, below, nodes));
                }
                "type"
                | "format"
                | "enum"
                | "const"
                | "required"
                | "additionalProperties"
                | "minimum"
                | "maximum"
                | "exclusiveMinimum"
                | "exclusiveMaximum"
                | "minLength"
                | "maxLength"
                | "minItems"
                | "maxItems"
                | "uniqueItems"
                | "pattern"
                | "multipleOf" => {
                    out.insert(key.clone(), value.clone());
                }
                _ => {}
            }
        }
        out.into()
    }
}

fn kept(object: &Map<String, Value>, names: &[&str]) -> Value {
    object
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn parts<'a>(schema: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    schema.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn is_null(schema: &Value) -> bool {
    schema.get("type") == Some(&Value::from("null")) || schema.get("const") == Some(&Value::Null)
}

/// Whether a schema, itself no reference, names this type.
pub(super) fn has_type(schema: &Value, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(several)) => several.iter().any(|one| one == wanted),
        _ => false,
    }
}

/// Whether values are single: text, number, true or false.
pub(super) fn is_scalar(schema: &Value) -> bool {
    let single = ["string", "integer", "number", "boolean"].iter().any(|it| has_type(schema, it));
    let several = has_type(schema, "object") || has_type(schema, "array");
    (single || schema.get("enum").is_some()) && !several
}

fn with_null(mut schema: Value) -> Value {
    match schema.get_mut("type") {
        Some(Value::Array(all)) if !all.contains(&"null".into()) => all.push("null".into()),
        Some(one @ Value::String(_)) => *one = json!([one.clone(), "null"]),
        _ => {}
    }
    schema
}

fn without_null(mut schema: Value) -> (Value, bool) {
    let mut nullable = false;
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        let before = types.len();
        types.retain(|it| it != "null");
        nullable = types.len() < before;
        if let [one] = types.as_slice() {
            schema["type"] = one.clone();
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        let before = values.len();
        values.retain(|it| !it.is_null());
        nullable |= values.len() < before;
    }
    (schema, nullable)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::ties::kinds;

    #[test]
    fn kinds_that_are_one_another_are_looked_at_once() {
        let definitions = kinds::definitions();
        let before = Instant::now();
        for kind in definitions.values() {
            let found = Schemas { definitions: &definitions }.object(kind).unwrap();
            assert_eq!((found.properties.len(), found.open), (24, false));
            assert!(found.properties["kind"].required && !found.properties["own19"].required);
        }
        assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    }

    #[test]
    fn what_is_too_much_to_look_through_may_have_any_property() {
        let link = |index: usize| {
            let next = json!({"$ref": format!("#/$defs/d{}", index + 1)});
            (format!("d{index}"), json!({"properties": {"own": {}}, "allOf": vec![next; 20]}))
        };
        let mut definitions: Definitions = (0..8).map(link).collect();
        definitions.insert("d8".into(), json!({"properties": {"last": {}}}));
        let before = Instant::now();
        let found = |name: &str| Schemas { definitions: &definitions }.object(&definitions[name]).unwrap();
        assert!(found("d0").open && !found("d7").open);
        assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    }

    #[test]
    fn what_is_only_itself_is_no_list() {
        let definitions = json!({"a": {"oneOf": [{"$ref": "#/$defs/a"}]}}).as_object().cloned().unwrap();
        assert!(Schemas { definitions: &definitions }.items(&definitions["a"]).is_none());
    }
}
