use connector::OperationKind;
use serde_json::{Map, Value};

use super::{Finder, Making};
use crate::collection::rest::One;
use crate::collection::shape::Object;
use crate::collection::words::{singular, snake};

/// Names of properties that hold a list or an item in many APIs.
const GENERIC: [&str; 12] = [
    "data", "items", "results", "result", "records", "values", "value", "entries", "rows", "list", "content", "objects",
];

impl<'a> Finder<'a> {
    /// Where an answer has its list of objects.
    pub(super) fn list_of(&self, schema: &'a Value, last: &str, is_sure: bool) -> Option<(Vec<String>, &'a Value)> {
        if let Some(items) = self.schemas.items(schema) {
            return self.is_object(items).then_some((Vec::new(), items));
        }
        let (name, inner) = self.list_in(schema, last, is_sure)?;
        if let Some(items) = self.schemas.items(inner) {
            return Some((vec![name], items));
        }
        let (deeper, items) = self.list_in(inner, last, is_sure)?;
        Some((vec![name, deeper], self.schemas.items(items)?))
    }

    /// The property with the list, or with the object that has the list.
    pub(super) fn list_in(&self, schema: &'a Value, last: &str, is_sure: bool) -> Option<(String, &'a Value)> {
        let properties = self.properties(schema);
        let is_list = |it: &&(String, &'a Value)| self.schemas.items(it.1).is_some_and(|items| self.is_object(items));
        let lists: Vec<&(String, &'a Value)> = properties.iter().filter(is_list).collect();
        let is_named = |it: &(String, &Value)| {
            let name = snake(&it.0);
            GENERIC.contains(&name.as_str())
                || name == snake(last)
                || snake(last).ends_with(&format!("_{name}"))
                || name.ends_with(&format!("_{}", snake(last)))
        };
        let found = match lists.as_slice() {
            [only] if is_sure || is_named(only) => Some(*only),
            several => several.iter().copied().find(|it| is_named(it)),
        };
        let outer = || {
            properties
                .iter()
                .find(|it| matches!(it.0.as_str(), "data" | "result" | "results" | "response" | "_embedded"))
        };
        found.or_else(|| outer().filter(|_| lists.is_empty())).cloned()
    }

    /// Properties of an object schema as they stand in the document.
    pub(super) fn properties(&self, schema: &'a Value) -> Vec<(String, &'a Value)> {
        let schema = self.schemas.resolve(schema);
        let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let mut all: Vec<(String, &'a Value)> = own.map(|(name, it)| (name.clone(), it)).collect();
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            let inner = self.schemas.resolve(part).get("properties").and_then(Value::as_object).into_iter().flatten();
            all.extend(inner.map(|(name, it)| (name.clone(), it)));
        }
        all
    }

    pub(super) fn is_object(&self, schema: &'a Value) -> bool {
        let is_anything = schema.as_object().is_some_and(Map::is_empty) || schema.is_null();
        is_anything || self.schemas.object(schema).is_some()
    }

    /// The operation that gives one item.
    pub(super) fn one(&self, number: usize, making: &Making<'_>) -> Option<(One, Object)> {
        if !self.is_like(number, OperationKind::Get, making) {
            return None;
        }
        let output = self.api.operations.get(number)?.output.as_ref()?;
        let (envelope, object) = self.item_in(output, making)?;
        Some((One { operation: number, envelope }, object))
    }

    /// The item in a body or an answer: all of it, or one property of it.
    pub(super) fn item_in(&self, schema: &'a Value, making: &Making<'_>) -> Option<(Option<String>, Object)> {
        let whole = self.schemas.object(schema)?;
        let shared =
            |object: &Object| object.properties.keys().filter(|it| making.listed.properties.contains_key(*it)).count();
        let objects =
            self.properties(schema).into_iter().filter_map(|(name, it)| Some((name, self.schemas.object(it)?)));
        let one = singular(making.last);
        let is_named = |name: &str| {
            let name = snake(name);
            name == one
                || GENERIC.contains(&name.as_str())
                || making.items_name.as_ref().is_some_and(|it| snake(it) == name || singular(it) == name)
        };
        let is_open = making.listed.properties.is_empty();
        let fits = |(name, object): &(String, Object)| {
            is_named(name)
                && if is_open {
                    object.properties.is_empty() || object.open
                } else {
                    shared(object) > shared(&whole) || (shared(&whole) == 0 && object.open)
                }
        };
        let inner = objects.into_iter().find(fits);
        Some(inner.map_or((None, whole), |(name, object)| (Some(name), object)))
    }
}
