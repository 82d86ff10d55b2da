//! From a schema's input types to the JSON Schema (2020-12) of an action's arguments.

use std::collections::VecDeque;

use apollo_compiler::ast::{InputValueDefinition, Type, Value as Literal};
use apollo_compiler::schema::{EnumType, ExtendedType, InputObjectType, ScalarType};
use serde_json::{Map, Value, json};

use crate::action::Argument;
use crate::model::Model;
use crate::words;

/// The longest description of one argument, in characters.
const DESCRIPTION_CHARS_MAX: usize = 240;
/// An enumeration of more values stands once, among the definitions.
const ENUM_INLINE_MAX: usize = 12;
/// How deep a default value may nest.
const DEFAULT_DEPTH_MAX: usize = 16;

/// Writes one action's arguments.
pub(crate) struct Inputs<'a> {
    model: &'a Model,
    /// Whether a field of an input type, or an argument (of nothing), is set for the caller and does not show.
    hides: &'a dyn Fn(Option<&str>, &str) -> bool,
    bytes_left: usize,
    definitions: Map<String, Value>,
    waiting: VecDeque<String>,
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(model: &'a Model, hides: &'a dyn Fn(Option<&str>, &str) -> bool, bytes_max: usize) -> Self {
        Self { model, hides, bytes_left: bytes_max, definitions: Map::new(), waiting: VecDeque::new() }
    }

    /// One object schema that takes nothing else. Types that refer to themselves stand among the definitions.
    pub(crate) fn schema(mut self, arguments: &[Argument], more: Option<(&str, Value)>) -> Map<String, Value> {
        let mut object = Object::default();
        for argument in arguments.iter().filter(|it| !(self.hides)(None, &it.name)) {
            let mut schema = self.of(&argument.ty);
            describe(&mut schema, argument.description.as_deref(), argument.default.as_ref());
            object.add(&argument.name, schema, argument.is_required());
        }
        if let Some((name, schema)) = more {
            object.add(name, schema, false);
        }
        while let Some(name) = self.waiting.pop_front() {
            let definition = match self.model.kind(&name) {
                Some(ExtendedType::InputObject(it)) if self.bytes_left > 0 => Some(self.input(it)),
                Some(ExtendedType::Enum(it)) if self.bytes_left > 0 => Some(enumeration(it)),
                _ => None,
            };
            let size = definition.as_ref().map_or(0, |it| it.to_string().len());
            // What does not fit any more takes anything; the API itself still looks at it.
            let fitting = definition.filter(|_| size <= self.bytes_left);
            self.bytes_left = if fitting.is_some() { self.bytes_left - size } else { 0 };
            let definition = fitting.unwrap_or_else(|| {
                let kind = if self.model.input(&name).is_some() { "object" } else { "string" };
                json!({"type": kind, "description": format!("{name}, as in the API's own schema.")})
            });
            self.definitions.insert(name, definition);
        }
        let mut schema = object.finish();
        // What was waiting for a definition that did not fit is not looked for any more.
        if !self.definitions.is_empty() {
            let used = reachable(&schema, &self.definitions);
            self.definitions.retain(|name, _| used.contains(name));
            schema.insert("$defs".into(), self.definitions.into());
        }
        schema
    }

    fn of(&mut self, ty: &Type) -> Value {
        let base = match ty {
            Type::Named(name) | Type::NonNullNamed(name) => self.named(name),
            Type::List(inner) | Type::NonNullList(inner) => json!({"type": "array", "items": self.of(inner)}),
        };
        if ty.is_non_null() { base } else { with_null(base) }
    }

    fn named(&mut self, name: &str) -> Value {
        match name {
            "Int" => return json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
            "Float" => return json!({"type": "number"}),
            "String" | "ID" => return json!({"type": "string"}),
            "Boolean" => return json!({"type": "boolean"}),
            _ => {}
        }
        match self.model.kind(name) {
            Some(ExtendedType::Enum(it)) if it.values.len() <= ENUM_INLINE_MAX => enumeration(it),
            Some(ExtendedType::Enum(_) | ExtendedType::InputObject(_)) => {
                if !self.definitions.contains_key(name) {
                    // Its place is kept, so that it is written once.
                    self.definitions.insert(name.to_owned(), Value::Null);
                    self.waiting.push_back(name.to_owned());
                }
                json!({"$ref": format!("#/$defs/{name}")})
            }
            Some(ExtendedType::Scalar(it)) => scalar(it),
            _ => json!({}),
        }
    }

    fn input(&mut self, input: &InputObjectType) -> Value {
        let mut object = Object::default();
        let hides = self.hides;
        let is_one_of = input.directives.has("oneOf");
        for field in input.fields.values().filter(|field| !hides(Some(&input.name), &field.name)) {
            let mut schema = self.of(&field.ty);
            describe(&mut schema, field.description.as_deref(), field.default_value.as_deref());
            object.add(&field.name, schema, is_required(field));
        }
        let mut schema = object.finish();
        if is_one_of {
            schema.insert("minProperties".into(), 1.into());
            schema.insert("maxProperties".into(), 1.into());
        }
        if let Some(text) = &input.description {
            schema.insert("description".into(), words::clean(text, DESCRIPTION_CHARS_MAX).into());
        }
        schema.into()
    }
}

#[derive(Default)]
struct Object {
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl Object {
    fn add(&mut self, name: &str, schema: Value, is_required: bool) {
        self.properties.insert(name.to_owned(), schema);
        if is_required {
            self.required.push(name.into());
        }
    }

    fn finish(self) -> Map<String, Value> {
        let mut schema = Map::new();
        schema.insert("type".into(), "object".into());
        schema.insert("properties".into(), self.properties.into());
        if !self.required.is_empty() {
            schema.insert("required".into(), self.required.into());
        }
        schema.insert("additionalProperties".into(), false.into());
        schema
    }
}

/// Whether a value must be given (GraphQL section 3.10).
fn is_required(field: &InputValueDefinition) -> bool {
    field.ty.is_non_null() && field.default_value.is_none()
}

fn enumeration(it: &EnumType) -> Value {
    let values: Vec<&str> = it.values.keys().map(|name| name.as_str()).collect();
    let mut schema = json!({"type": "string", "enum": values});
    describe(&mut schema, it.description.as_deref(), None);
    schema
}

/// What a scalar of the API's own looks like, only its description knows.
fn scalar(it: &ScalarType) -> Value {
    let url = it.directives.get("specifiedBy").and_then(|it| it.specified_argument_by_name("url"));
    let url = url.and_then(|url| url.as_str()).map(|url| format!(" As specified by {url}."));
    let text = it.description.as_deref().unwrap_or_default();
    let text = format!("{}: {text}{}", it.name, url.unwrap_or_default());
    json!({"description": words::clean(text.trim_end_matches([':', ' ']), DESCRIPTION_CHARS_MAX)})
}

fn with_null(mut schema: Value) -> Value {
    let Some(object) = schema.as_object_mut() else { return schema };
    if object.contains_key("$ref") {
        return json!({"anyOf": [schema, {"type": "null"}]});
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.push(Value::Null);
    }
    if let Some(Value::String(one)) = object.get("type") {
        let both = json!([one, "null"]);
        object.insert("type".into(), both);
    }
    schema
}

fn describe(schema: &mut Value, text: Option<&str>, default: Option<&Literal>) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(text) = text.map(|text| words::clean(text, DESCRIPTION_CHARS_MAX)).filter(|text| !text.is_empty()) {
        object.insert("description".into(), text.into());
    }
    if let Some(default) = default.and_then(|default| literal(default, 0)) {
        object.insert("default".into(), default);
    }
}

/// A constant of a schema as JSON.
fn literal(value: &Literal, depth: usize) -> Option<Value> {
    if depth > DEFAULT_DEPTH_MAX {
        return None;
    }
    Some(match value {
        Literal::Null => Value::Null,
        Literal::Enum(name) => name.as_str().into(),
        Literal::String(text) => text.as_str().into(),
        Literal::Boolean(truth) => (*truth).into(),
        Literal::Int(number) => serde_json::from_str(number.as_str()).ok()?,
        Literal::Float(number) => serde_json::from_str(number.as_str()).ok()?,
        Literal::List(items) => items.iter().map(|item| literal(item, depth + 1)).collect::<Option<Vec<_>>>()?.into(),
        Literal::Object(fields) => {
            let pairs = fields.iter().map(|(name, value)| Some((name.to_string(), literal(value, depth + 1)?)));
            Value::Object(pairs.collect::<Option<Map<_, _>>>()?)
        }
        Literal::Variable(_) => return None,
    })
}

/// The definitions that are referred to, also by one another.
fn reachable(schema: &Map<String, Value>, definitions: &Map<String, Value>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut waiting: Vec<&Value> = schema.values().collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(object) => {
                let target = object.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/$defs/"));
                if let Some(name) = target.filter(|name| !found.iter().any(|it| it == name)) {
                    found.push(name.to_owned());
                    waiting.extend(definitions.get(name));
                }
                waiting.extend(object.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}
