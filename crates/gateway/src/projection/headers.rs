//! Arguments that clients repeat in HTTP headers (MCP 2026-07-28, SEP-2243, `x-mcp-header`).

use std::collections::HashSet;

use serde_json::{Map, Value};

const KEY: &str = "x-mcp-header";

/// Whether some argument is to be repeated, and all of them by the rules: a token of RFC 9110 that no other argument
/// has, on a text, whole number or truth value that is reached by `properties` alone. Clients drop a tool that breaks
/// one of them.
pub(super) fn are_good(schema: &Map<String, Value>) -> bool {
    let mut names = HashSet::new();
    !schema.contains_key(KEY) && on_chain(schema, &mut names) && names.len() == occurrences(schema) && !names.is_empty()
}

/// The schema without them anywhere.
pub(super) fn without(schema: &Map<String, Value>) -> Map<String, Value> {
    fn clean(value: &Value) -> Value {
        match value {
            Value::Object(object) => without(object).into(),
            Value::Array(items) => items.iter().map(clean).collect(),
            other => other.clone(),
        }
    }
    let kept = schema.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(KEY));
    kept.map(|(name, value)| (name.clone(), clean(value))).collect()
}

/// Collects the headers along `properties`; `false` where one is not good.
fn on_chain(schema: &Map<String, Value>, names: &mut HashSet<String>) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(Map::values).filter_map(Value::as_object).all(|property| {
        let good = match property.get(KEY) {
            None => true,
            Some(Value::String(name)) => {
                let kind = property.get("type").and_then(Value::as_str);
                matches!(kind, Some("string" | "integer" | "boolean"))
                    && is_token(name)
                    && names.insert(name.to_ascii_lowercase())
            }
            Some(_) => false,
        };
        good && on_chain(property, names)
    })
}

/// How often one is written anywhere at all, in whatever place and case.
fn occurrences(schema: &Map<String, Value>) -> usize {
    fn within(value: &Value) -> usize {
        match value {
            Value::Object(object) => occurrences(object),
            Value::Array(items) => items.iter().map(within).sum(),
            _ => 0,
        }
    }
    schema.iter().map(|(name, value)| usize::from(name.eq_ignore_ascii_case(KEY)) + within(value)).sum()
}

/// RFC 9110 section 5.6.2.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::are_good;

    fn good(properties: Value) -> bool {
        json!({"type": "object", "properties": properties}).as_object().is_some_and(are_good)
    }

    #[test]
    fn only_headers_that_clients_take_are_passed_on() {
        assert!(good(json!({"a": {"type": "string", "x-mcp-header": "Region"}, "b": {"type": "integer"}})));
        let nested = json!({"type": "object", "properties": {"b": {"type": "boolean", "x-mcp-header": "B"}}});
        assert!(good(json!({"a": nested})));
        for bad in [
            json!({"a": {"type": "string"}}),
            json!({"a": {"type": "string", "x-mcp-header": ""}}),
            json!({"a": {"type": "string", "x-mcp-header": "two words"}}),
            json!({"a": {"type": "number", "x-mcp-header": "N"}}),
            json!({"a": {"type": "string", "x-mcp-header": "A"}, "b": {"type": "string", "x-mcp-header": "a"}}),
            json!({"a": {"type": "array", "items": {"type": "string", "x-mcp-header": "A"}}}),
            json!({"a": {"type": "string", "X-MCP-Header": "A"}, "b": {"type": "string", "x-mcp-header": "B"}}),
        ] {
            assert!(!good(bad.clone()), "{bad}");
        }
    }
}
