use serde_json::Value;

/// Whether a device's own status says that it is there: a status topic's value, often set by its last will.
pub(crate) fn presence(payload: &[u8]) -> Option<bool> {
    let text = std::str::from_utf8(payload).ok()?.trim();
    let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    match value {
        Value::Bool(is_there) => Some(is_there),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(word) => match word.to_ascii_lowercase().as_str() {
            "online" | "on" | "true" | "connected" | "up" | "ready" => Some(true),
            "offline" | "off" | "false" | "disconnected" | "down" | "lost" => Some(false),
            _ => None,
        },
        Value::Object(fields) => ["online", "state", "status"].iter().find_map(|name| {
            let value = fields.get(*name)?;
            presence(value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_bytes())
        }),
        _ => None,
    }
}
