use serde_json::Value;

use super::{item, value};
use crate::builtin::plan::Done;

/// Most values of the past that are told one by one.
const VALUES_MAX: usize = 20;

/// What came of a wish.
pub(super) fn told(done: &Done, data: &Value) -> String {
    match done {
        Done::Is { name, value } => match outcome(data) {
            Some(other) => format!("{name}: {other}."),
            None => format!("{name} is now {}.", value::short(value)),
        },
        Done::Reset { name } => format!("{name} is back to what it is without you."),
        Done::Reading { name } => format!("{name} is {}.", measured(data)),
        Done::Past { name } => past(name, data),
        Done::Ran { name } => match outcome(data) {
            Some(other) => format!("{name}: {other}."),
            None => item::result(name, data),
        },
    }
}

/// What a device's answer says instead of “done”: `sent, not confirmed`.
fn outcome(data: &Value) -> Option<String> {
    let text = data.get("outcome")?.as_str().filter(|text| *text != "completed")?;
    Some(value::short(&Value::from(text)))
}

/// A value with its unit: `21.5 °C`.
fn measured(data: &Value) -> String {
    let bare = data.get("value").unwrap_or(data);
    let unit = data.get("unit").and_then(Value::as_str).map(unit).unwrap_or_default();
    format!("{}{unit}", value::short(bare))
}

/// Units as people write them (QUDT and UCUM names that descriptions use).
fn unit(name: &str) -> String {
    let own = name.rsplit([':', '/', '#']).next().unwrap_or(name);
    match own.to_lowercase().as_str() {
        "degreecelsius" | "celsius" | "deg_c" | "cel" => " °C".into(),
        "degreefahrenheit" | "fahrenheit" | "deg_f" => " °F".into(),
        "percent" | "%" => " %".into(),
        _ => format!(" {}", value::short(&Value::from(own))),
    }
}

/// The span of the values and the newest of them.
fn past(name: &str, data: &Value) -> String {
    let rows = data.as_array().or_else(|| data.get("items").and_then(Value::as_array)).cloned().unwrap_or_default();
    if rows.is_empty() {
        return format!("Nothing is known of {name} in that time.");
    }
    let number = |row: &Value| row.get("value").and_then(Value::as_f64);
    let numbers: Vec<f64> = rows.iter().filter_map(number).collect();
    let unit = rows.first().or(Some(data)).and_then(|row| row.get("unit").or(data.get("unit")));
    let unit = unit.and_then(Value::as_str).map(self::unit).unwrap_or_default();
    let short = |number: f64| value::short(&Value::from(number));
    let spread = match (
        numbers.len() == rows.len(),
        numbers.iter().copied().reduce(f64::min),
        numbers.iter().copied().reduce(f64::max),
    ) {
        (true, Some(low), Some(high)) if low < high => format!(", between {} and {}{unit}", short(low), short(high)),
        _ => String::new(),
    };
    let line = |row: &Value| {
        let at = ["at", "time", "timestamp", "observed_at"].into_iter().find_map(|name| row.get(name));
        let at = at.map(|at| format!("{}: ", value::short(at))).unwrap_or_default();
        format!("\n- {at}{}{unit}", value::short(row.get("value").or(row.get("data")).unwrap_or(row)))
    };
    let lines: Vec<_> = rows.iter().take(VALUES_MAX).map(line).collect();
    let more = rows.len().saturating_sub(VALUES_MAX);
    let more = if more > 0 { format!("\n- and {more} more") } else { String::new() };
    let count = if rows.len() == 1 { "1 value".to_owned() } else { format!("{} values", rows.len()) };
    format!("{name}: {count}{spread}:{}{more}", lines.concat())
}
