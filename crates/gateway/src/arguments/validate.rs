use connector::{Error, Result};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

/// How many faults one answer names.
const FAULTS_MAX: usize = 3;
/// Longest value repeated in a message, in characters.
const VALUE_CHARS_MAX: usize = 80;

/// Gives `arguments` back when they are good by the tool's schema; else says what is wrong with each, where, and what would be right.
pub(crate) fn validate(
    validator: &Validator,
    arguments: Map<String, Value>,
    known: &Map<String, Value>,
) -> Result<Map<String, Value>> {
    let instance = Value::Object(arguments);
    if validator.is_valid(&instance) {
        return match instance {
            Value::Object(arguments) => Ok(arguments),
            _ => Ok(Map::new()),
        };
    }
    let faults: Vec<String> =
        validator.iter_errors(&instance).take(FAULTS_MAX).map(|error| sentence(&error, known)).collect();
    Err(Error::invalid(faults.join(" ")))
}

fn sentence(error: &ValidationError<'_>, known: &Map<String, Value>) -> String {
    let path = error.instance_path().to_string();
    let at = path.trim_start_matches('/').replace('/', ".");
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let names = unexpected.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let within = if at.is_empty() { String::new() } else { format!(" in `{at}`") };
            format!("{names} is not known{within}. Known: {}.", siblings(&at, known))
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().map_or_else(|| property.to_string(), str::to_owned);
            let within = if at.is_empty() { String::new() } else { format!(" in `{at}`") };
            format!("`{name}` is missing{within}.")
        }
        _ => {
            let said: String = error.masked_with("the value").to_string().chars().take(300).collect();
            let value: String = error.instance().to_string().chars().take(VALUE_CHARS_MAX).collect();
            let at = if at.is_empty() { "the arguments".to_owned() } else { format!("`{at}`") };
            format!("{at} = {value}: {said}.")
        }
    }
}

/// The property names that the schema knows where the fault is.
fn siblings(at: &str, schema: &Map<String, Value>) -> String {
    let root = schema.get("properties");
    let place = at
        .split('.')
        .filter(|step| !step.is_empty())
        .try_fold(root, |place, step| Some(place?.get(step)?.get("properties")));
    match place.flatten().and_then(Value::as_object) {
        Some(names) if !names.is_empty() => names.keys().take(60).map(String::as_str).collect::<Vec<_>>().join(", "),
        _ => "none".to_owned(),
    }
}
