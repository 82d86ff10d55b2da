//! A value as a parameter style sees it.

use std::borrow::Cow;

use serde_json::{Number, Value};

/// RFC 6570 section 2.3: text, a list, or pairs, or nothing at all. `null` and what is empty are nothing; `null`s
/// within a list or an object are left out. What is nested deeper than the styles go is written as JSON.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape<'a> {
    Undefined,
    One(Cow<'a, str>),
    Many(Vec<Cow<'a, str>>),
    Pairs(Vec<(&'a str, Cow<'a, str>)>),
}

impl<'a> Shape<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Undefined,
            Value::Array(items) => {
                let items: Vec<_> = items.iter().filter(|item| !item.is_null()).map(text).collect();
                if items.is_empty() { Self::Undefined } else { Self::Many(items) }
            }
            Value::Object(members) => {
                let members = members.iter().filter(|(_, value)| !value.is_null());
                let members: Vec<_> = members.map(|(key, value)| (key.as_str(), text(value))).collect();
                if members.is_empty() { Self::Undefined } else { Self::Pairs(members) }
            }
            plain => Self::One(text(plain)),
        }
    }
}

/// One value as text: a string as it is, everything else as JSON writes it.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(digits(number)),
        other => Cow::Owned(other.to_string()),
    }
}

/// JSON Schema takes 1.0 for an integer; servers that parse text do not.
fn digits(number: &Number) -> String {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT_MAX => format!("{float:.0}"),
        _ => number.to_string(),
    }
}
