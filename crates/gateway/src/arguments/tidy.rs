use connector::{Error, Result};
use serde_json::{Map, Value};

/// Arguments that hold lists of names.
const NAMES: [&str; 4] = ["sort", "fields", "group_by", "expand"];
/// Arguments that hold objects or lists of objects.
const STRUCTURES: [&str; 8] = ["filters", "data", "input", "options", "metrics", "having", "items", "identifiers"];
/// Further arguments that null leaves out.
const OPTIONAL: [&str; 11] = [
    "filters",
    "options",
    "cursor",
    "metrics",
    "having",
    "items",
    "identifiers",
    "search",
    "if_version",
    "on_conflict",
    "identifier",
];
/// Arguments that hold whole numbers.
const NUMBERS: [&str; 3] = ["limit", "offset", "expected_count"];

/// The arguments of a call, whatever they are named.
pub(crate) fn object(arguments: Value) -> Result<Map<String, Value>> {
    match arguments {
        Value::Object(object) => Ok(object),
        Value::Null => Ok(Map::new()),
        _ => Err(Error::invalid("The arguments must be a JSON object.")),
    }
}

/// Takes what models commonly write for what is meant, where only one thing can be meant: a comma-separated text
/// for a list of names, JSON text for an object, digits for a number, null for an argument left out.
pub(crate) fn tidy(arguments: Value) -> Result<Map<String, Value>> {
    let mut arguments = object(arguments)?;
    for name in NAMES {
        if let Some(Value::String(text)) = arguments.get(name) {
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Value::from).collect();
            arguments.insert(name.into(), Value::Array(names));
        }
    }
    for name in STRUCTURES {
        if let Some(Value::String(text)) = arguments.get(name)
            && let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
        {
            arguments.insert(name.into(), value);
        }
    }
    for name in NUMBERS {
        if let Some(Value::String(text)) = arguments.get(name)
            && let Ok(number) = text.trim().parse::<u64>()
        {
            arguments.insert(name.into(), number.into());
        }
    }
    let optional = NAMES.iter().chain(&NUMBERS).chain(&OPTIONAL);
    for name in optional {
        if arguments.get(*name).is_some_and(Value::is_null) {
            arguments.remove(*name);
        }
    }
    Ok(arguments)
}
