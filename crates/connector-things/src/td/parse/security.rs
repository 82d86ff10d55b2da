use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::td::SecurityScheme;

/// The thing's security schemes by name (TD 1.1 section 5.3.3).
pub(super) fn schemes(object: &Map<String, Value>) -> IndexMap<String, SecurityScheme> {
    let definitions = object.get("securityDefinitions").and_then(Value::as_object);
    let pairs = definitions.into_iter().flatten();
    pairs.map(|(name, definition)| (name.clone(), scheme(definition))).collect()
}

fn scheme(definition: &Value) -> SecurityScheme {
    let word = |key: &str| definition.get(key).and_then(Value::as_str);
    match word("scheme").unwrap_or_default() {
        "nosec" | "auto" => SecurityScheme::None,
        "basic" if word("in").is_none_or(|place| place == "header") => SecurityScheme::Basic,
        "bearer" if word("in").is_none_or(|place| place == "header") => SecurityScheme::Bearer,
        // The token comes from the resource's own configuration, whatever the flow was.
        "oauth2" => SecurityScheme::Bearer,
        "apikey" => {
            let place = word("in").unwrap_or("query").to_owned();
            let name = word("name").unwrap_or_default().to_owned();
            if name.is_empty() || !matches!(place.as_str(), "header" | "query" | "cookie") {
                return SecurityScheme::Other("apikey".to_owned());
            }
            SecurityScheme::ApiKey { place, name }
        }
        other => SecurityScheme::Other(other.chars().take(40).collect()),
    }
}
