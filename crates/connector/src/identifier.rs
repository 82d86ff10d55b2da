use serde_json::{Map, Value};

use crate::{Collection, Error, Result};

/// Names one item of a collection: a value for each field of its key, in the key's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Identifier {
    parts: Vec<(String, Value)>,
}

impl Identifier {
    /// Reads the `identifier` argument: a string or number where the key is one field, an object of all key fields
    /// where it is several (an object is also taken for a single field).
    pub fn parse(argument: &Value, collection: &Collection) -> Result<Self> {
        let key = &collection.key;
        let scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
        let wanted = || {
            Error::invalid(match key.as_slice() {
                [] => format!("{} has no key, so single items cannot be named.", collection.name),
                [one] => format!("`identifier` must be the item's `{one}`, a string or a number."),
                several => format!("`identifier` must be an object with {}.", several.join(", ")),
            })
        };
        match (argument, key.as_slice()) {
            (Value::Object(object), [_, ..]) => Self::from_object(object, key).ok_or_else(wanted),
            (value, [one]) if scalar(value) => Ok(Self { parts: vec![(one.clone(), value.clone())] }),
            _ => Err(wanted()),
        }
    }

    fn from_object(object: &Map<String, Value>, key: &[String]) -> Option<Self> {
        if object.len() != key.len() {
            return None;
        }
        let part = |name: &String| {
            let value = object.get(name)?;
            (!value.is_object() && !value.is_array() && !value.is_null()).then(|| (name.clone(), value.clone()))
        };
        Some(Self { parts: key.iter().map(part).collect::<Option<_>>()? })
    }

    /// Field and value pairs, in the key's order.
    pub fn parts(&self) -> &[(String, Value)] {
        &self.parts
    }

    /// The only value of a single-field key.
    pub fn single(&self) -> Option<&Value> {
        match self.parts.as_slice() {
            [(_, value)] => Some(value),
            _ => None,
        }
    }
}
