//! Arguments that fit a schema.

use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::{Map, Number, Value};

use crate::text::{self, Place};

/// How much is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breadth {
    Required,
    All,
}

impl Breadth {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::All => "all",
        }
    }
}

/// How often another choice is tried where the first does not fit.
const TRIES: u64 = 24;
/// What is optional is left out below this depth.
const DEPTH_OPTIONAL_MAX: usize = 3;
const DEPTH_MAX: usize = 12;

/// Arguments that `schema` accepts. `places` says where those of the first level go.
pub(crate) fn arguments(
    schema: &Value,
    places: &HashMap<String, Place>,
    breadth: Breadth,
) -> Option<Map<String, Value>> {
    let validator = jsonschema::draft202012::new(schema).expect("the schema is one");
    (0..TRIES).find_map(|seed| {
        let mut generator = Generator { root: schema, places, breadth, seed, choice: seed };
        let Some(Value::Object(input)) = generator.value(schema, 0, Place::Elsewhere) else { return None };
        fits(&validator, &input).then_some(input)
    })
}

fn fits(validator: &Validator, input: &Map<String, Value>) -> bool {
    validator.is_valid(&Value::Object(input.clone()))
}

struct Generator<'a> {
    root: &'a Value,
    places: &'a HashMap<String, Place>,
    breadth: Breadth,
    seed: u64,
    /// Changes with every choice that is made.
    choice: u64,
}

impl Generator<'_> {
    fn pick(&mut self, among: usize) -> usize {
        // A linear congruential generator (Knuth, MMIX); the first try takes the first of everything.
        if self.seed == 0 {
            return 0;
        }
        self.choice = self.choice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.choice >> 33).unwrap_or_default() % among
    }

    fn value(&mut self, schema: &Value, depth: usize, place: Place) -> Option<Value> {
        if depth > DEPTH_MAX || *schema == Value::Bool(false) {
            return None;
        }
        let schema = self.flat(schema, 0);
        if let Some(only) = schema.get("const") {
            return Some(only.clone());
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            let choices: Vec<_> = choices.iter().filter(|choice| !choice.is_null() && **choice != "").collect();
            return if choices.is_empty() { None } else { Some(choices[self.pick(choices.len())].clone()) };
        }
        let kinds: Vec<&str> = match schema.get("type") {
            Some(Value::Array(kinds)) => {
                kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect()
            }
            Some(kind) => kind.as_str().into_iter().collect(),
            None => Vec::new(),
        };
        let kind = match kinds.as_slice() {
            [] if schema.contains_key("properties") || schema.contains_key("additionalProperties") => "object",
            [] if schema.contains_key("items") => "array",
            [] => "string",
            kinds => kinds[self.pick(kinds.len())],
        };
        match kind {
            "object" => self.object(&schema, depth),
            "array" => self.array(&schema, depth, place),
            "integer" => Some(Value::Number(whole(&schema)?)),
            "number" => Some(number(&schema)),
            "boolean" => Some(Value::Bool(true)),
            "null" => None,
            _ => Some(Value::String(text::string(&schema, place, self.choice))),
        }
    }

    fn object(&mut self, schema: &Map<String, Value>, depth: usize) -> Option<Value> {
        let required: Vec<&str> = strings(schema.get("required"));
        let mut out = Map::new();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_required = required.contains(&name.as_str());
            let is_wanted = self.breadth == Breadth::All && depth < DEPTH_OPTIONAL_MAX;
            if !is_required && !is_wanted {
                continue;
            }
            let place = if depth == 0 { self.places.get(name).copied() } else { None };
            match self.value(property, depth + 1, place.unwrap_or(Place::Elsewhere)) {
                Some(value) => drop(out.insert(name.clone(), value)),
                None if is_required => return None,
                None => {}
            }
        }
        for name in required {
            if !out.contains_key(name) {
                out.insert(name.to_owned(), "a".into());
            }
        }
        let least = schema.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
        let is_free = schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
        let wants_one = self.breadth == Breadth::All && is_free && out.is_empty();
        if let Some(more) = schema.get("additionalProperties").filter(|_| wants_one || (out.len() as u64) < least) {
            for at in 0..least.max(1) {
                out.insert(format!("key{at}"), self.value(more, depth + 1, Place::Elsewhere)?);
            }
        }
        Some(Value::Object(out))
    }

    fn array(&mut self, schema: &Map<String, Value>, depth: usize, place: Place) -> Option<Value> {
        let bound = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok());
        let is_unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let least = bound("minItems").unwrap_or(0).max(1);
        let wanted = if self.breadth == Breadth::All && !is_unique { least.max(2) } else { least };
        let anything = Value::Bool(true);
        let items = schema.get("items").unwrap_or(&anything);
        let place = if place == Place::Header { place } else { Place::Listed };
        let mut out: Vec<Value> = Vec::new();
        for at in 0..wanted.min(bound("maxItems").unwrap_or(usize::MAX)) {
            let mut item = self.value(items, depth + 1, place)?;
            // Equal items of a set are told apart by their place in the list of choices, or by a letter.
            if is_unique && out.contains(&item) {
                item = match self.flat(items, 0).get("enum").and_then(|choices| choices.get(at)) {
                    Some(choice) => choice.clone(),
                    None => Value::String(format!("{}{at}", item.as_str()?)),
                };
            }
            out.push(item);
        }
        Some(Value::Array(out))
    }

    /// The schema with its references, `allOf` and one of each choice put together.
    fn flat(&mut self, schema: &Value, depth: usize) -> Map<String, Value> {
        let Some(schema) = schema.as_object().filter(|_| depth < DEPTH_MAX) else { return Map::new() };
        let mut out = Map::new();
        if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#')) {
            let target = self.root.pointer(target).cloned().unwrap_or_default();
            merge(&mut out, self.flat(&target, depth + 1));
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            let part = self.flat(part, depth + 1);
            merge(&mut out, part);
        }
        for key in ["oneOf", "anyOf"] {
            let Some(choices) = schema.get(key).and_then(Value::as_array) else { continue };
            let choices: Vec<_> = choices.iter().filter(|choice| choice.get("type") != Some(&"null".into())).collect();
            if !choices.is_empty() {
                let choice = choices[self.pick(choices.len())];
                let choice = self.flat(choice, depth + 1);
                merge(&mut out, choice);
            }
        }
        let own = schema.iter().filter(|(key, _)| !["$ref", "allOf", "oneOf", "anyOf"].contains(&key.as_str()));
        merge(&mut out, own.map(|(key, value)| (key.clone(), value.clone())).collect());
        out
    }
}

/// Properties and names of what is required add up, everything else is said once more.
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(all)), Value::Object(more)) if key == "properties" => all.extend(more),
            (Some(Value::Array(all)), Value::Array(more)) if key == "required" => all.extend(more),
            (_, value) => drop(into.insert(key, value)),
        }
    }
}

fn strings(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn bound(schema: &Map<String, Value>, key: &str) -> Option<f64> {
    schema.get(key).and_then(Value::as_f64)
}

fn least(schema: &Map<String, Value>, step: f64) -> f64 {
    let least = bound(schema, "minimum").into_iter().chain(bound(schema, "exclusiveMinimum").map(|least| least + step));
    let most = bound(schema, "maximum").into_iter().chain(bound(schema, "exclusiveMaximum").map(|most| most - step));
    let (least, most) = (least.reduce(f64::max), most.reduce(f64::min));
    let wanted = step.max(1.0) * 3.0;
    wanted.max(least.unwrap_or(f64::MIN)).min(most.unwrap_or(f64::MAX))
}

fn whole(schema: &Map<String, Value>) -> Option<Number> {
    let step = bound(schema, "multipleOf").unwrap_or(1.0).max(1.0);
    let value = (least(schema, step) / step).floor() * step;
    Some(Number::from(value as i64))
}

fn number(schema: &Map<String, Value>) -> Value {
    let step = bound(schema, "multipleOf").unwrap_or(0.5);
    let value = (least(schema, step) / step).floor() * step;
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
