use serde_json::Value;

/// Longest value in a line, in characters.
const CHARS_MAX: usize = 80;

/// A value on one line, cut where it is long.
pub(crate) fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number_text(number),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    };
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS_MAX + 1).collect();
    match flat.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &flat[..end]),
        None => flat,
    }
}

/// What names an item: `7`, or `order_id 1, product_id 2`.
pub(super) fn key(value: &Value) -> String {
    match value {
        Value::Object(parts) => {
            parts.iter().map(|(name, part)| format!("{name} {}", short(part))).collect::<Vec<_>>().join(", ")
        }
        one => short(one),
    }
}

/// Numbers without the noise of binary fractions: 0.30000000000000004 is 0.3.
fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.abs() < 1e15 => {
            let fixed = format!("{float:.6}");
            fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => number.to_string(),
    }
}
