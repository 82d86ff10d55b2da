//! Takes out of arguments what names the caller, and refuses what names anybody else.

use connector::Result;
use serde_json::{Map, Value};

use super::{another, fold};

/// Whether `given` is the caller's own value: alone, or a list of nothing else.
fn is_own(given: &Value, own: &str) -> bool {
    match given {
        Value::String(text) => text == own,
        Value::Number(number) => number.to_string() == own,
        Value::Bool(truth) => truth.to_string() == own,
        Value::Array(several) => !several.is_empty() && several.iter().all(|one| is_own(one, own)),
        Value::Null | Value::Object(_) => false,
    }
}

/// Takes out one entry, which must be the caller's own if it is there.
pub fn take_one(object: &mut Map<String, Value>, name: &str, own: &str) -> Result<()> {
    match object.remove(name) {
        Some(given) if !is_own(&given, own) => Err(another(name)),
        _ => Ok(()),
    }
}

/// Takes out every entry of this folded name, however deep.
pub fn take_everywhere(object: &mut Map<String, Value>, folded: &str, own: &str) -> Result<()> {
    let named: Vec<String> = object.keys().filter(|name| is_spelling(name, folded)).cloned().collect();
    named.iter().try_for_each(|name| take_one(object, name, own))?;
    object.values_mut().try_for_each(|value| take_within(value, folded, own))
}

fn take_within(value: &mut Value, folded: &str, own: &str) -> Result<()> {
    match value {
        Value::Object(object) => take_everywhere(object, folded, own),
        Value::Array(items) => items.iter_mut().try_for_each(|item| take_within(item, folded, own)),
        _ => Ok(()),
    }
}

/// Whether a server may read `name` as the folded one: `userId`, `user[id]`, `user_id[]`, `X-User-Id`.
pub fn is_spelling(name: &str, folded: &str) -> bool {
    let bare = name.strip_prefix("X-").or_else(|| name.strip_prefix("x-")).unwrap_or(name);
    [name, bare, name.split('[').next().unwrap_or_default()].iter().any(|one| fold(one) == folded)
}
