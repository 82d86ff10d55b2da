use serde_json::{Map, Value};

/// What a tool wants to see in headers too, for proxies on the way (SEP-2243): `x-mcp-header` on properties that are
/// reached by properties alone. By the header's name, with the value as text.
pub(super) fn headers(input: &Map<String, Value>, arguments: &Map<String, Value>) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    collect(input, arguments, &mut headers, 0);
    headers
}

fn collect(schema: &Map<String, Value>, values: &Map<String, Value>, out: &mut Vec<(String, String)>, depth: usize) {
    const DEPTH_MAX: usize = 32;
    let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|_| depth < DEPTH_MAX) else {
        return;
    };
    for (name, inner) in properties {
        let Some(value) = values.get(name) else { continue };
        if let Some(header) = inner.get("x-mcp-header").and_then(Value::as_str) {
            let text = match value {
                Value::String(text) => Some(text.clone()),
                Value::Bool(truth) => Some(truth.to_string()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            };
            out.extend(text.map(|text| (header.to_owned(), text)));
        }
        if let (Some(inner), Some(values)) = (inner.as_object(), value.as_object()) {
            collect(inner, values, out, depth + 1);
        }
    }
}
