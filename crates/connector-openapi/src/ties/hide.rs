//! Takes fields out of a JSON Schema. What is gone can be neither seen nor asked for.

use serde_json::{Map, Value};

use super::schema::referred;
use upstream::{forget_samples, hide_properties as remove};

/// How many references and combinations are followed on the way to one field.
const DEPTH_MAX: usize = 32;
/// How many schemas are looked at for one field.
const VISITS_MAX: usize = 2000;

/// Takes one field out of what one argument of an input takes, named from the outermost in. A definition that others
/// use too is written out where the way leads through it, and stays what it is for them. Where that would be too much, the
/// argument is only described: a field that was not reached must not show.
pub(super) fn path_within(input: &mut Map<String, Value>, argument: &str, path: &[String]) {
    let definitions = input.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    let whole = input.get_mut("properties").and_then(|all| all.get_mut(argument)).and_then(Value::as_object_mut);
    if let Some(whole) = whole {
        let mut steps = Steps { definitions: &definitions, visits: 0, is_too_much: false };
        steps.take(whole, path, 0, &mut Vec::new());
        if steps.is_too_much {
            whole.retain(|keyword, _| matches!(keyword.as_str(), "title" | "description"));
        }
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

/// The way to one field.
struct Steps<'a> {
    definitions: &'a Map<String, Value>,
    visits: usize,
    /// Whether something was not looked at.
    is_too_much: bool,
}

impl<'a> Steps<'a> {
    /// Takes the field out of a schema. `within` are the definitions that it is a part of, for the same path.
    fn take(&mut self, schema: &mut Map<String, Value>, path: &[String], depth: usize, within: &mut Vec<&'a Value>) {
        let Some((first, rest)) = path.split_first() else { return };
        self.visits += 1;
        self.is_too_much |= depth >= DEPTH_MAX || self.visits > VISITS_MAX;
        if self.is_too_much {
            return;
        }
        if rest.is_empty() {
            remove(schema, &|found| found == first);
        } else if let Some(inner) = schema.get_mut("properties").and_then(|all| all.get_mut(first))
            && let Some(inner) = inner.as_object_mut()
        {
            self.take(inner, rest, depth + 1, &mut Vec::new());
            forget_samples(schema);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let all = schema.get_mut(keyword).and_then(Value::as_array_mut);
            for one in all.into_iter().flatten().filter_map(Value::as_object_mut) {
                self.take(one, path, depth + 1, within);
            }
        }
        for keyword in ["then", "else", "items"] {
            if let Some(one) = schema.get_mut(keyword).and_then(Value::as_object_mut) {
                self.take(one, path, depth + 1, within);
            }
        }
        self.write_out(schema, path, depth, within);
    }

    /// Puts a definition without the field where a schema refers to it.
    fn write_out(
        &mut self,
        schema: &mut Map<String, Value>,
        path: &[String],
        depth: usize,
        within: &mut Vec<&'a Value>,
    ) {
        let name = schema.get("$ref").and_then(Value::as_str);
        let Some(target) = name.and_then(|name| referred(name, self.definitions)) else { return };
        schema.remove("$ref");
        // A definition within itself is already written out around here.
        if within.iter().any(|one| std::ptr::eq(*one, target)) {
            return;
        }
        let mut written = target.clone();
        if let Some(written) = written.as_object_mut() {
            within.push(target);
            self.take(written, path, depth + 1, within);
            within.pop();
        }
        let all = schema.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(all) = all.as_array_mut() {
            all.push(written);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;
    use crate::ties::kinds;

    fn hidden(definitions: Map<String, Value>, first: &str, path: &[&str]) -> (String, Map<String, Value>) {
        let body = json!({"description": "A thing.", "$ref": format!("#/$defs/{first}")});
        let mut input = json!({"properties": {"body": body}, "$defs": definitions}).as_object().cloned().unwrap();
        let path: Vec<String> = path.iter().map(|it| (*it).to_owned()).collect();
        let before = Instant::now();
        path_within(&mut input, "body", &path);
        prune(&mut input);
        assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
        (Value::from(input.clone()).to_string(), input)
    }

    #[test]
    fn kinds_that_are_one_another_are_written_out_once() {
        for first in ["base", "kind7"] {
            let (_, input) = hidden(kinds::definitions(), first, &["text"]);
            // What a thing belongs to is one too, and its text is not the caller's.
            let body = input["properties"].to_string();
            assert!(!body.contains("\"text\"") && body.contains("\"kind\"") && body.contains("\"own19\""), "{body}");
            let (all, _) = hidden(kinds::definitions(), first, &["parent", "text"]);
            assert!(all.contains("\"own19\""), "{all}");
        }
    }

    #[test]
    fn what_is_too_much_to_look_through_is_only_described() {
        let (_, input) = hidden(kinds::layers(), "layer0", &["account"]);
        assert_eq!(Value::from(input), json!({"properties": {"body": {"description": "A thing."}}}));
        let (all, _) = hidden(kinds::layers(), "layer15", &["account"]);
        assert!(!all.contains("account") && all.contains("own19"), "{all}");
    }
}
