use std::cmp::Ordering;

use connector::Sort;
use serde_json::{Map, Value};

/// Null first, then false and true, numbers, texts by their code points.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        _ => 3,
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)),
        },
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// The order of two items by the terms; items that are the same by all of them stay as the API gave them.
pub(super) fn by(sort: &[Sort], a: &Map<String, Value>, b: &Map<String, Value>) -> Ordering {
    sort.iter().fold(Ordering::Equal, |so_far, term| {
        so_far.then_with(|| {
            let value = |item: &Map<String, Value>| item.get(&term.field).cloned().unwrap_or(Value::Null);
            let order = compare(&value(a), &value(b));
            if term.descending { order.reverse() } else { order }
        })
    })
}
