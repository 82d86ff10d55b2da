use std::cmp::Ordering;

use connector::{Comparison, Error, Filter, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::item::{Item, time_text};
use crate::sort::compare;

/// A filter whose values have been fitted to the fields, ready to be asked about many settings.
#[derive(Debug)]
pub(crate) enum Matcher {
    All(Vec<Matcher>),
    Any(Vec<Matcher>),
    Not(Box<Matcher>),
    Order { field: String, value: Value, accepts: fn(Ordering) -> bool },
    In { field: String, values: Vec<Value> },
    Contains { field: String, lower: String },
    StartsWith { field: String, lower: String },
    Null { field: String, null: bool },
}

impl Matcher {
    pub(crate) fn new(filter: &Filter) -> Result<Self> {
        let several = |filters: &[Filter]| filters.iter().map(Self::new).collect::<Result<Vec<_>>>();
        Ok(match filter {
            Filter::And(filters) => Self::All(several(filters)?),
            Filter::Or(filters) => Self::Any(several(filters)?),
            Filter::Not(filter) => Self::Not(Box::new(Self::new(filter)?)),
            Filter::Compare { field, comparison } => Self::comparison(field.clone(), comparison)?,
        })
    }

    fn comparison(field: String, comparison: &Comparison) -> Result<Self> {
        let order =
            |field: String, value: &Value, accepts| Ok(Self::Order { value: fit(&field, value)?, field, accepts });
        match comparison {
            Comparison::Eq(value) => order(field, value, Ordering::is_eq),
            Comparison::Ne(value) => order(field, value, Ordering::is_ne),
            Comparison::Lt(value) => order(field, value, Ordering::is_lt),
            Comparison::Lte(value) => order(field, value, Ordering::is_le),
            Comparison::Gt(value) => order(field, value, Ordering::is_gt),
            Comparison::Gte(value) => order(field, value, Ordering::is_ge),
            Comparison::In(values) => {
                let values = values.iter().map(|value| fit(&field, value)).collect::<Result<_>>()?;
                Ok(Self::In { field, values })
            }
            Comparison::Contains(text) => Ok(Self::Contains { field, lower: text.to_lowercase() }),
            Comparison::StartsWith(text) => Ok(Self::StartsWith { field, lower: text.to_lowercase() }),
            Comparison::IsNull(null) => Ok(Self::Null { field, null: *null }),
        }
    }

    /// Null matches `is_null` and nothing else.
    pub(crate) fn matches(&self, item: &Item) -> bool {
        let text = |field: &str, test: &dyn Fn(&str) -> bool| {
            item.value(field).as_str().is_some_and(|text| test(&text.to_lowercase()))
        };
        match self {
            Self::All(all) => all.iter().all(|one| one.matches(item)),
            Self::Any(any) => any.iter().any(|one| one.matches(item)),
            Self::Not(one) => !one.matches(item),
            Self::Order { field, value, accepts } => {
                let mine = item.value(field);
                !mine.is_null() && accepts(compare(&mine, value))
            }
            Self::In { field, values } => {
                let mine = item.value(field);
                !mine.is_null() && values.iter().any(|value| compare(&mine, value).is_eq())
            }
            Self::Contains { field, lower } => text(field, &|mine| mine.contains(lower)),
            Self::StartsWith { field, lower } => text(field, &|mine| mine.starts_with(lower)),
            Self::Null { field, null } => item.value(field).is_null() == *null,
        }
    }
}

fn fit(field: &str, value: &Value) -> Result<Value> {
    match value {
        Value::String(text) if field.ends_with("_at") => {
            let time = moment(text).map(|time| time_text(time.as_millisecond()).into());
            time.ok_or_else(|| {
                Error::invalid(format!(
                    "`{field}` is a time such as 2026-01-31T09:30:00Z, or a date such as 2026-01-31."
                ))
            })
        }
        Value::String(_) => Ok(value.clone()),
        Value::Number(number) if field == "key" => Ok(number.to_string().into()),
        other => Err(Error::invalid(format!("`{field}` is a text, so it cannot be compared with {other}."))),
    }
}

/// RFC 3339, or a date, which is its first moment in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let date: Date = text.parse().ok()?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}
