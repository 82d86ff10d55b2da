use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::target::Target;
use crate::support::Mcp;

/// What one user sees of their own: rows, single values, cursors.
#[derive(Default)]
pub(super) struct Pool {
    /// Objects that answers had, with the target's list that gave them.
    pub(super) rows: Vec<Map<String, Value>>,
    /// Every text and number in them, each once, as JSON.
    scalars: BTreeSet<String>,
    /// Cursors of second pages.
    pub(super) cursors: BTreeSet<String>,
}

impl Pool {
    /// Calls everything that reads: first what needs no argument, then the rest with what that gave.
    pub(super) async fn harvest(client: &Mcp, targets: &[Target]) -> Self {
        let mut pool = Self::default();
        let reading = || targets.iter().filter(|target| target.reads);
        for target in reading().filter(|target| target.required.is_empty()) {
            pool.take(&client.call(&target.tool, &target.arguments(&Map::new())).await);
            if target.properties.contains_key("cursor") {
                let one = json!({"limit": 1}).as_object().cloned().unwrap_or_default();
                pool.take(&client.call(&target.tool, &target.arguments(&one)).await);
            }
        }
        for target in reading().filter(|target| target.required.len() == 1) {
            let name = &target.required[0];
            for value in pool.candidates(target, name).into_iter().take(60) {
                let arguments: Map<_, _> = [(name.clone(), value)].into_iter().collect();
                pool.take(&client.call(&target.tool, &target.arguments(&arguments)).await);
            }
        }
        pool
    }

    fn take(&mut self, envelope: &Map<String, Value>) {
        if let Some(cursor) = envelope.get("next_cursor").and_then(Value::as_str) {
            self.cursors.insert(cursor.to_owned());
        }
        if let Some(data) = envelope.get("data") {
            self.take_value(data);
        }
    }

    fn take_value(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.take_value(item)),
            Value::Object(object) => {
                if !self.rows.contains(object) {
                    self.rows.push(object.clone());
                }
                object.values().for_each(|value| self.take_value(value));
            }
            Value::String(_) | Value::Number(_) => drop(self.scalars.insert(value.to_string())),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Every text and number.
    pub(super) fn scalars(&self) -> impl Iterator<Item = Value> + '_ {
        self.scalars.iter().filter_map(|text| serde_json::from_str(text).ok())
    }

    /// What of this could be the argument `name` of `target`.
    pub(super) fn candidates(&self, target: &Target, name: &str) -> Vec<Value> {
        let schema = &target.properties[name];
        if name == "identifier" && target.key.len() > 1 {
            return self.keys(&target.key);
        }
        self.scalars().filter(|value| fits(value, schema)).collect()
    }

    /// The members of composite keys, from every row that has all of them.
    fn keys(&self, names: &[String]) -> Vec<Value> {
        let member = |row: &Map<String, Value>, name: &String| row.get(name).map(|value| (name.clone(), value.clone()));
        let mut all: Vec<Value> = Vec::new();
        for row in &self.rows {
            let object: Option<Map<_, _>> = names.iter().map(|name| member(row, name)).collect();
            if let Some(object) = object.map(Value::Object).filter(|object| !all.contains(object)) {
                all.push(object);
            }
        }
        all
    }
}

/// Whether a text or number may stand where this schema is.
pub(super) fn fits(value: &Value, schema: &Value) -> bool {
    let wanted = |name: &str| match &schema["type"] {
        Value::String(one) => one == name,
        Value::Array(several) => several.iter().any(|one| one == name),
        _ => !schema.get("enum").is_some_and(Value::is_array),
    };
    match value {
        Value::String(_) => wanted("string"),
        Value::Number(number) => wanted("number") || (wanted("integer") && !number.is_f64()),
        _ => false,
    }
}
