use std::cmp::Ordering;

use connector::{Error, Result, Sort};
use serde_json::Value;

use crate::item::Item;

/// Null first, then numbers, then texts by their code points.
pub(crate) fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Number(_) => 1,
        _ => 2,
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_u64(), b.as_u64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)),
        },
        (Value::String(a), Value::String(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// Where a setting stands: the values of the sort terms, then its key, so that no two stand at the same place.
#[derive(Debug)]
pub(crate) struct Key(Vec<Value>);

impl Key {
    pub(crate) fn of(item: &Item, sort: &[Sort]) -> Self {
        let key = Value::from(item.key.as_str());
        Self(sort.iter().map(|term| item.value(&term.field)).chain([key]).collect())
    }

    pub(crate) fn order(&self, other: &Self, sort: &[Sort]) -> Ordering {
        let terms = self.0.iter().zip(&other.0).enumerate();
        terms.fold(Ordering::Equal, |so_far, (at, (a, b))| {
            so_far.then_with(|| {
                let order = compare(a, b);
                if sort.get(at).is_some_and(|term| term.descending) { order.reverse() } else { order }
            })
        })
    }

    /// The key as a page's end. A page starts after a place, not after a number of items, so what is created or
    /// deleted in between neither repeats nor skips anything else.
    pub(crate) fn to_text(&self) -> String {
        Value::from(self.0.clone()).to_string()
    }

    pub(crate) fn parse(text: &str, sort: &[Sort]) -> Result<Self> {
        match serde_json::from_str(text) {
            Ok(Value::Array(values)) if values.len() == sort.len() + 1 => Ok(Self(values)),
            _ => Err(Error::invalid("`cursor` does not belong to this list. Start again without it.")),
        }
    }
}
