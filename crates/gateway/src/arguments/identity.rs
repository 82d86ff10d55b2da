use std::collections::BTreeMap;

use access::{Caller, Template};
use connector::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

/// Names, in lower case without separators, by which models and clients try to say who they act for.
const USER_NAMES: [&str; 14] = [
    "userid",
    "user",
    "username",
    "ownerid",
    "owner",
    "uid",
    "sub",
    "subject",
    "callerid",
    "caller",
    "actas",
    "runas",
    "onbehalfof",
    "impersonate",
];

/// Removes every entry of `object` that names the caller, and refuses one that names anybody else.
///
/// An entry counts when its name is one of the collection's `identity` names or an ordinary word for a user, and
/// the tool does not itself declare an argument of that name.
pub(crate) fn refuse_others(
    object: &mut Map<String, Value>,
    caller: &Caller,
    identity: &[String],
    declared: &dyn Fn(&str) -> bool,
) -> Result<()> {
    let named: Vec<String> =
        object.keys().filter(|name| !declared(name) && names_a_user(name, identity)).cloned().collect();
    for name in named {
        match object.remove(&name) {
            Some(value) if is_caller(&value, caller) => {}
            _ => return Err(refusal(&name)),
        }
    }
    Ok(())
}

/// Removes every entry that holds what else is the caller's own, and refuses one with another value: a tenant, an
/// organisation.
pub(crate) fn refuse_others_values(
    object: &mut Map<String, Value>,
    caller: &Caller,
    own: &BTreeMap<String, Template>,
    declared: &dyn Fn(&str) -> bool,
) -> Result<()> {
    for (name, template) in own {
        let spelled: Vec<String> =
            object.keys().filter(|given| !declared(given) && is_spelling(given, name)).cloned().collect();
        for given in spelled {
            let value = object.remove(&given);
            let is_own = |own: String| match &value {
                Some(Value::String(text)) => *text == own,
                Some(Value::Number(number)) => number.to_string() == own,
                _ => false,
            };
            if !template.value(caller).is_ok_and(is_own) {
                return Err(refusal(&given));
            }
        }
    }
    Ok(())
}

/// The same name but for case and separators.
fn is_spelling(given: &str, name: &str) -> bool {
    given == name || {
        let fold = |name: &str| -> String {
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let folded = fold(name);
        !folded.is_empty() && fold(given) == folded
    }
}

/// The same for an object, or for each of a list of objects.
pub(crate) fn refuse_others_within(
    value: &mut Value,
    caller: &Caller,
    identity: &[String],
    declared: &dyn Fn(&str) -> bool,
) -> Result<()> {
    match value {
        Value::Object(object) => refuse_others(object, caller, identity, declared),
        // A list in a list is refused by the schema; until then nothing hides in it.
        Value::Array(items) => {
            items.iter_mut().try_for_each(|item| refuse_others_within(item, caller, identity, declared))
        }
        _ => Ok(()),
    }
}

/// The same through the nesting of `filters`, where a condition on the caller's own id is always true.
pub(crate) fn refuse_others_in_filters(
    filters: &mut Value,
    caller: &Caller,
    identity: &[String],
    declared: &dyn Fn(&str) -> bool,
    depth: usize,
) -> Result<()> {
    const DEPTH_MAX: usize = 32;
    if depth > DEPTH_MAX {
        return Err(Error::invalid("`filters` nests too deep. Make it flatter."));
    }
    match filters {
        Value::Array(items) => {
            items.iter_mut().try_for_each(|item| refuse_others_in_filters(item, caller, identity, declared, depth + 1))
        }
        Value::Object(object) => {
            refuse_others(object, caller, identity, declared)?;
            ["and", "or", "not"].iter().try_for_each(|name| match object.get_mut(*name) {
                Some(nested) => refuse_others_in_filters(nested, caller, identity, declared, depth + 1),
                None => Ok(()),
            })
        }
        _ => Ok(()),
    }
}

fn names_a_user(name: &str, identity: &[String]) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    USER_NAMES.contains(&plain.as_str()) || identity.iter().any(|one| is_spelling(name, one))
}

/// The caller's id, alone or in an `eq` or `in`.
fn is_caller(value: &Value, caller: &Caller) -> bool {
    let id = caller.id().as_str();
    match value {
        Value::String(text) => text == id,
        Value::Number(number) => number.to_string() == id,
        Value::Array(values) => !values.is_empty() && values.iter().all(|value| is_caller(value, caller)),
        Value::Object(operators) => {
            !operators.is_empty()
                && operators
                    .iter()
                    .all(|(operator, value)| matches!(&**operator, "eq" | "in") && is_caller(value, caller))
        }
        Value::Null | Value::Bool(_) => false,
    }
}

fn refusal(name: &str) -> Error {
    Error::new(
        ErrorKind::IdentityMismatch,
        format!("`{name}` names a user. Every call acts as the signed-in user and as nobody else: leave it out."),
    )
}
