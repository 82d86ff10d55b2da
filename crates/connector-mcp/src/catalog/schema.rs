use serde_json::{Map, Value};

use crate::read::lines;

/// A larger schema is no tool's.
const BYTES_MAX: usize = 128 << 10;
const DEPTH_MAX: usize = 64;

/// A schema that can be shown, its texts cleaned; or why not.
pub(super) fn checked(schema: &Map<String, Value>, what: &str) -> Result<Map<String, Value>, String> {
    let mut schema = Value::from(schema.clone());
    if schema.to_string().len() > BYTES_MAX {
        return Err(format!("its {what} schema is larger than {BYTES_MAX} bytes"));
    }
    if !clean(&mut schema, 0) {
        return Err(format!("its {what} schema is too deep, or refers to another document"));
    }
    match schema {
        Value::Object(schema) => Ok(schema),
        _ => Ok(Map::new()),
    }
}

/// Cleans what a model reads; `false` where it is too deep, or refers to what is not in it: nothing is fetched.
fn clean(value: &mut Value, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    match value {
        Value::Object(object) => object.iter_mut().all(|(key, value)| match (key.as_str(), &mut *value) {
            ("description" | "title" | "$comment", Value::String(text)) => {
                *text = lines(text);
                true
            }
            ("$ref" | "$dynamicRef", Value::String(to)) => to.starts_with('#'),
            _ => clean(value, depth + 1),
        }),
        Value::Array(items) => items.iter_mut().all(|item| clean(item, depth + 1)),
        _ => true,
    }
}
