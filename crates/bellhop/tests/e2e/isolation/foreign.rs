//! What is Alice's, and what looks like it and does not exist.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value};

use super::judge::is_hers;
use super::pool::Pool;

/// Those of her values that name something, the longest first: a file must not take the name of a folder to come.
pub(super) fn keys(hers: &Pool) -> impl Iterator<Item = Value> {
    let mut all: Vec<Value> = hers.scalars().filter(is_key).collect();
    all.sort_by_key(|value| std::cmp::Reverse(value.to_string().len()));
    all.into_iter()
}

/// Whether this names something of hers.
pub(super) fn is_key(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_u64().is_some_and(|number| (700_000..700_100).contains(&number)),
        Value::String(text) => {
            text.starts_with("a11ce000") || text.starts_with("ALICE-03") || text.starts_with("ALICE-09")
        }
        _ => false,
    }
}

/// A value of the same shape that nothing has and that was never tried before: Bob may have made one of that name.
pub(super) fn missing_like(value: &Value) -> Value {
    static TRIED: AtomicUsize = AtomicUsize::new(0);
    let nth = TRIED.fetch_add(1, Ordering::Relaxed);
    like(value, nth)
}

/// A row of which everything that is hers is replaced.
pub(super) fn counterpart(row: &Map<String, Value>) -> Map<String, Value> {
    let all = missing_like(&Value::Object(row.clone()));
    let value = |name: &String, value: &Value| if is_hers(value) { all[name].clone() } else { value.clone() };
    row.iter().map(|(name, it)| (name.clone(), value(name, it))).collect()
}

fn like(value: &Value, nth: usize) -> Value {
    match value {
        Value::Number(number) if number.is_u64() => (1_000_000 + nth).into(),
        Value::String(text) if text.len() == 36 && text.as_bytes()[8] == b'-' => {
            format!("{nth:08x}{}", &text[8..]).into()
        }
        Value::String(text) if text.contains("ALICE") => text.replace("ALICE", &format!("C{nth:05}")).into(),
        Value::String(text) => format!("{text}-{nth}").into(),
        Value::Object(object) => {
            object.iter().map(|(name, value)| (name.clone(), like(value, nth))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// A name that is nobody's.
pub(super) fn nobody(name: &str) -> String {
    let mut chars: Vec<char> = name.chars().collect();
    chars.reverse();
    chars.into_iter().collect()
}

/// The same cursor but for one character.
pub(super) fn tampered(cursor: &str) -> String {
    let middle = cursor.len() / 2;
    let other = if cursor.as_bytes().get(middle) == Some(&b'A') { "B" } else { "A" };
    format!("{}{other}{}", &cursor[..middle], &cursor[middle + 1..])
}
