use serde_json::{Map, Value, json};

use super::foreign::missing_like;
use super::pool::Pool;
use super::target::{Target, text};
use crate::support::Mcp;

/// What Bob has for a target.
pub(super) struct Own {
    /// Arguments with which his call is an ordinary one.
    pub(super) arguments: Map<String, Value>,
    /// Members of `data` that name what is made, so that each must be new.
    pub(super) names: Vec<String>,
    /// An item of his in the same collection.
    pub(super) row: Map<String, Value>,
}

impl Own {
    pub(super) async fn of(bob: &Mcp, target: &Target, his: &Pool) -> Self {
        let mut row = Map::new();
        if let Some((tool, arguments)) = &target.list {
            let rows = bob.data(tool, &arguments.clone().into()).await;
            let last = rows.as_array().and_then(|rows| rows.last()).and_then(Value::as_object);
            row = last.cloned().unwrap_or_default();
        }
        let required = target.required.iter().map(|name| {
            let schema = &target.properties[name];
            let value = match name.as_str() {
                "identifier" => identifier(target, &row),
                "data" => data(schema, &row),
                _ => his.candidates(target, name).into_iter().next().unwrap_or_else(|| any(schema)),
            };
            (name.clone(), value)
        });
        let creates = target.properties.contains_key("data") && !target.properties.contains_key("identifier");
        let names = if creates { target.key.clone() } else { Vec::new() };
        Self { arguments: required.collect(), names, row }
    }

    /// The same arguments each time, but for names, which are new each time.
    pub(super) fn arguments(&self) -> Map<String, Value> {
        let mut arguments = self.arguments.clone();
        if let Some(Value::Object(data)) = arguments.get_mut("data") {
            for name in &self.names {
                if let Some(value) = data.get_mut(name) {
                    *value = missing_like(value);
                }
            }
        }
        arguments
    }
}

fn identifier(target: &Target, row: &Map<String, Value>) -> Value {
    let value = |name: &String| row.get(name).cloned().unwrap_or_else(|| 1.into());
    match target.key.as_slice() {
        [one] => value(one),
        several => several.iter().map(|name| (name.clone(), value(name))).collect::<Map<_, _>>().into(),
    }
}

/// What the schema asks for, from a row that is there; for `update` one field.
fn data(schema: &Value, row: &Map<String, Value>) -> Value {
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut names: Vec<String> = schema["required"].as_array().into_iter().flatten().map(text).collect();
    if names.is_empty() {
        names.extend(properties.keys().find(|name| row.get(*name).is_some_and(|value| !value.is_null())).cloned());
    }
    let value = |name: &String| row.get(name).cloned().unwrap_or_else(|| any(&properties[name]));
    names.iter().map(|name| (name.clone(), value(name))).collect::<Map<_, _>>().into()
}

fn any(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let is =
        |name: &str| schema["type"] == name || schema["type"].as_array().is_some_and(|all| all.contains(&json!(name)));
    match () {
        () if is("string") => "text".into(),
        () if is("integer") || is("number") => 1.into(),
        () if is("boolean") => true.into(),
        () if is("array") => json!([]),
        () => json!({}),
    }
}
