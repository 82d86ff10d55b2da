use std::collections::{HashSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::api::Definitions;

/// Which way what a schema describes goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// To the API: read-only properties are left out.
    Request,
    /// From the API: write-only properties are left out, and little is refused. APIs add fields and send null where
    /// their documents do not say so; a client that checks answers should not lose them for it.
    Answer,
}

/// How large one action's schema may become. What is beyond becomes a schema that takes anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) bytes_max: usize,
    pub(crate) depth_max: usize,
}

const LEFT_OUT: &str = "Anything: its schema is left out for its size.";

/// `root` with the definitions that it reaches as `$defs`, within `limits`.
pub(crate) fn render(
    root: &Map<String, Value>,
    definitions: &Definitions,
    side: Side,
    limits: Limits,
) -> Map<String, Value> {
    let copier = Copier { definitions, side, bare: false };
    let root = Value::Object(root.clone());
    // Whatever it weighs, the names of the arguments stay.
    let names = || Copier { bare: true, ..copier }.schema(&root, 1);
    let mut out = match copier.within(&root, limits.depth_max, limits.bytes_max).unwrap_or_else(names) {
        Value::Object(out) => out,
        _ => Map::new(),
    };
    let mut used = weight_of(&out);
    let mut queue = VecDeque::new();
    let mut seen = HashSet::new();
    let mut found = Map::new();
    references(&Value::Object(out.clone()), &mut seen, &mut queue);
    while let Some(name) = queue.pop_front() {
        let room = limits.bytes_max.saturating_sub(used);
        let schema = match definitions.get(&name) {
            Some(schema) => copier.within(schema, limits.depth_max, room),
            None => None,
        };
        let schema = schema.unwrap_or_else(|| json!({"description": LEFT_OUT}));
        used += weight(&schema) + name.len();
        references(&schema, &mut seen, &mut queue);
        found.insert(name, schema);
    }
    if !found.is_empty() {
        out.insert("$defs".into(), found.into());
    }
    out
}

#[derive(Clone, Copy)]
struct Copier<'a> {
    definitions: &'a Definitions,
    side: Side,
    /// Without prose and examples.
    bare: bool,
}

impl Copier<'_> {
    /// A copy of at most about `bytes_max`, as deep as that allows; none where not even its names fit.
    fn within(&self, schema: &Value, depth_max: usize, bytes_max: usize) -> Option<Value> {
        let mut depth = depth_max.max(1);
        let fits = |copy: &Value| weight(copy) <= bytes_max;
        loop {
            let copy = Some(self.schema(schema, depth)).filter(fits);
            match depth {
                _ if copy.is_some() => return copy,
                1 => return Some(Self { bare: true, ..*self }.schema(schema, 1)).filter(fits),
                // What is too large is mostly far too large: deeper levels are given up in strides.
                _ => depth = if depth > 4 { depth / 2 } else { depth - 1 },
            }
        }
    }

    fn schema(&self, schema: &Value, depth: usize) -> Value {
        let Value::Object(object) = schema else { return schema.clone() };
        let mut out = Map::new();
        for (name, value) in object {
            match name.as_str() {
                "title" | "description" | "examples" | "default" if self.bare => {}
                _ if depth == 0 && is_applicator(name) => {
                    if !self.bare {
                        out.entry("description").or_insert_with(|| LEFT_OUT.into());
                    }
                }
                "properties" => self.properties(value, depth, &mut out),
                "required" if self.side == Side::Request => {
                    out.insert(name.clone(), value.clone());
                }
                "patternProperties" | "dependentSchemas" => {
                    let members = value.as_object().into_iter().flatten();
                    let members: Map<_, _> =
                        members.map(|(name, value)| (name.clone(), self.schema(value, depth - 1))).collect();
                    out.insert(name.clone(), members.into());
                }
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                    let items: Vec<_> =
                        value.as_array().into_iter().flatten().map(|item| self.schema(item, depth - 1)).collect();
                    let loose = name == "oneOf" && self.side == Side::Answer;
                    out.insert(if loose { "anyOf".into() } else { name.clone() }, items.into());
                }
                _ if is_applicator(name) => {
                    out.insert(name.clone(), self.schema(value, depth - 1));
                }
                _ => {
                    out.insert(name.clone(), value.clone());
                }
            }
        }
        match self.side {
            Side::Request => self.without_read_only(object, &mut out),
            Side::Answer => loosen(&mut out),
        }
        out.into()
    }

    fn properties(&self, properties: &Value, depth: usize, out: &mut Map<String, Value>) {
        let members = properties.as_object().into_iter().flatten();
        let kept = members.filter(|(_, schema)| !self.is_left_out(schema));
        let kept: Map<_, _> = kept.map(|(name, schema)| (name.clone(), self.schema(schema, depth - 1))).collect();
        out.insert("properties".into(), kept.into());
    }

    fn without_read_only(&self, object: &Map<String, Value>, out: &mut Map<String, Value>) {
        let Some(Value::Array(required)) = out.get_mut("required") else { return };
        let properties = object.get("properties");
        let property = |name: &Value| properties?.get(name.as_str()?);
        required.retain(|name| !property(name).is_some_and(|schema| self.is_left_out(schema)));
        if required.is_empty() {
            out.shift_remove("required");
        }
    }

    /// Whether a property goes only the other way: it says so, or the one thing that it is does.
    fn is_left_out(&self, schema: &Value) -> bool {
        is_only(schema, self.side, self.definitions)
    }
}

/// Whether a property with this schema does not go this way.
pub(crate) fn is_only(schema: &Value, side: Side, definitions: &Definitions) -> bool {
    let flag = match side {
        Side::Request => "readOnly",
        Side::Answer => "writeOnly",
    };
    let says = |schema: &Value| schema.get(flag).and_then(Value::as_bool) == Some(true);
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/$defs/"));
    says(schema) || target.and_then(|name| definitions.get(name)).is_some_and(says)
}

/// An answer's schema says what to expect; what it forbids is taken out.
fn loosen(out: &mut Map<String, Value>) {
    const STRICT: [&str; 20] = [
        "required",
        "const",
        "not",
        "if",
        "then",
        "else",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "unevaluatedProperties",
        "dependentRequired",
        "propertyNames",
    ];
    out.retain(|name, _| !STRICT.contains(&name.as_str()));
    if out.get("additionalProperties") == Some(&Value::Bool(false)) {
        out.shift_remove("additionalProperties");
    }
    if let Some(values) = out.shift_remove("enum") {
        out.entry("examples").or_insert(values);
    }
    match out.get_mut("type") {
        Some(Value::Array(several)) if !several.iter().any(|it| it == "null") => several.push("null".into()),
        Some(one @ Value::String(_)) if one != "null" => *one = json!([one.take(), "null"]),
        _ => {}
    }
    if let Some(Value::Array(any)) = out.get_mut("anyOf")
        && !any.iter().any(|it| it.get("type").is_some_and(|it| it == "null"))
    {
        any.push(json!({"type": "null"}));
    }
}

fn is_applicator(name: &str) -> bool {
    matches!(
        name,
        "properties"
            | "patternProperties"
            | "dependentSchemas"
            | "additionalProperties"
            | "items"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "allOf"
            | "anyOf"
            | "oneOf"
            | "prefixItems"
    )
}

/// Names of definitions in `schema` that were not seen before.
fn references(schema: &Value, seen: &mut HashSet<String>, queue: &mut VecDeque<String>) {
    match schema {
        Value::Object(object) => {
            for (name, value) in object {
                match value.as_str().filter(|_| name == "$ref").and_then(|it| it.strip_prefix("#/$defs/")) {
                    Some(target) if seen.insert(target.to_owned()) => queue.push_back(target.to_owned()),
                    Some(_) => {}
                    None => references(value, seen, queue),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, seen, queue)),
        _ => {}
    }
}

/// About how many bytes a value has as JSON.
pub(crate) fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 3,
        Value::Array(items) => 2 + items.iter().map(weight).sum::<usize>(),
        Value::Object(object) => weight_of(object),
    }
}

fn weight_of(object: &Map<String, Value>) -> usize {
    2 + object.iter().map(|(name, value)| name.len() + 4 + weight(value)).sum::<usize>()
}
