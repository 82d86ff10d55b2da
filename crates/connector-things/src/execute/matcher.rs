//! Filters and sorting, looked at item by item.

use std::cmp::Ordering;

use connector::{Comparison, Filter, Sort};
use serde_json::{Map, Value};

/// Whether an item matches. Null matches `is_null` and nothing else.
pub(super) fn matches(filter: &Filter, item: &Map<String, Value>) -> bool {
    match filter {
        Filter::And(all) => all.iter().all(|one| matches(one, item)),
        Filter::Or(any) => any.iter().any(|one| matches(one, item)),
        Filter::Not(one) => !matches(one, item),
        Filter::Compare { field, comparison } => compares(item.get(field).filter(|it| !it.is_null()), comparison),
    }
}

fn compares(mine: Option<&Value>, comparison: &Comparison) -> bool {
    let order = |wanted: &Value, accepts: fn(Ordering) -> bool| mine.is_some_and(|mine| accepts(compare(mine, wanted)));
    let text = |test: &dyn Fn(&str) -> bool| mine.and_then(Value::as_str).is_some_and(|it| test(&it.to_lowercase()));
    match comparison {
        Comparison::Eq(wanted) => order(wanted, Ordering::is_eq),
        Comparison::Ne(wanted) => order(wanted, Ordering::is_ne),
        Comparison::Lt(wanted) => order(wanted, Ordering::is_lt),
        Comparison::Lte(wanted) => order(wanted, Ordering::is_le),
        Comparison::Gt(wanted) => order(wanted, Ordering::is_gt),
        Comparison::Gte(wanted) => order(wanted, Ordering::is_ge),
        Comparison::In(all) => mine.is_some_and(|mine| all.iter().any(|wanted| compare(mine, wanted).is_eq())),
        Comparison::Contains(part) => text(&|it| it.contains(&part.to_lowercase())),
        Comparison::StartsWith(start) => text(&|it| it.starts_with(&start.to_lowercase())),
        Comparison::IsNull(null) => mine.is_none() == *null,
    }
}

/// Null first, then false and true, numbers, texts by their code points.
fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        _ => 3,
    };
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default())
        }
        (Value::String(a), Value::String(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// The order of two items by the terms.
pub(super) fn by(sort: &[Sort], a: &Map<String, Value>, b: &Map<String, Value>) -> Ordering {
    let value = |item: &Map<String, Value>, field: &str| item.get(field).cloned().unwrap_or(Value::Null);
    sort.iter().fold(Ordering::Equal, |so_far, term| {
        so_far.then_with(|| {
            let order = compare(&value(a, &term.field), &value(b, &term.field));
            if term.descending { order.reverse() } else { order }
        })
    })
}
