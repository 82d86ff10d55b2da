//! Filters that are looked at here, item by item.

use std::cmp::Ordering;

use connector::{Collection, Comparison, Error, Filter, Result};
use serde_json::{Map, Value};

use super::order::compare;

/// A filter whose values have been fitted to the fields.
#[derive(Debug)]
pub(super) enum Matcher {
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
    pub(super) fn new(filter: &Filter, collection: &Collection) -> Result<Self> {
        let several =
            |filters: &[Filter]| filters.iter().map(|it| Self::new(it, collection)).collect::<Result<Vec<_>>>();
        Ok(match filter {
            Filter::And(filters) => Self::All(several(filters)?),
            Filter::Or(filters) => Self::Any(several(filters)?),
            Filter::Not(filter) => Self::Not(Box::new(Self::new(filter, collection)?)),
            Filter::Compare { field, comparison } => Self::comparison(field.clone(), comparison, collection)?,
        })
    }

    fn comparison(field: String, comparison: &Comparison, collection: &Collection) -> Result<Self> {
        let order = |field: String, value: &Value, accepts| {
            Ok(Self::Order { value: fit(&field, value, collection)?, field, accepts })
        };
        match comparison {
            Comparison::Eq(value) => order(field, value, Ordering::is_eq),
            Comparison::Ne(value) => order(field, value, Ordering::is_ne),
            Comparison::Lt(value) => order(field, value, Ordering::is_lt),
            Comparison::Lte(value) => order(field, value, Ordering::is_le),
            Comparison::Gt(value) => order(field, value, Ordering::is_gt),
            Comparison::Gte(value) => order(field, value, Ordering::is_ge),
            Comparison::In(values) => {
                let values = values.iter().map(|value| fit(&field, value, collection)).collect::<Result<_>>()?;
                Ok(Self::In { field, values })
            }
            Comparison::Contains(text) => Ok(Self::Contains { field, lower: text.to_lowercase() }),
            Comparison::StartsWith(text) => Ok(Self::StartsWith { field, lower: text.to_lowercase() }),
            Comparison::IsNull(null) => Ok(Self::Null { field, null: *null }),
        }
    }

    /// Null, and what is not there, matches `is_null` and nothing else.
    pub(super) fn matches(&self, item: &Map<String, Value>) -> bool {
        let value = |field: &str| item.get(field).filter(|value| !value.is_null());
        let text = |field: &str, test: &dyn Fn(&str) -> bool| {
            value(field).and_then(Value::as_str).is_some_and(|text| test(&text.to_lowercase()))
        };
        match self {
            Self::All(all) => all.iter().all(|one| one.matches(item)),
            Self::Any(any) => any.iter().any(|one| one.matches(item)),
            Self::Not(one) => !one.matches(item),
            Self::Order { field, value: wanted, accepts } => {
                value(field).is_some_and(|mine| accepts(compare(mine, wanted)))
            }
            Self::In { field, values } => {
                value(field).is_some_and(|mine| values.iter().any(|wanted| compare(mine, wanted).is_eq()))
            }
            Self::Contains { field, lower } => text(field, &|mine| mine.contains(lower)),
            Self::StartsWith { field, lower } => text(field, &|mine| mine.starts_with(lower)),
            Self::Null { field, null } => value(field).is_none() == *null,
        }
    }
}

/// Fields that must equal a value for anything to match.
pub(super) fn equals(filter: &Filter) -> Vec<(&str, &Value)> {
    match filter {
        Filter::And(filters) => filters.iter().flat_map(equals).collect(),
        Filter::Compare { field, comparison: Comparison::Eq(value) } => vec![(field, value)],
        _ => Vec::new(),
    }
}

/// A value in the type of its field: what stands for a number as a number, and so on.
pub(super) fn fit(name: &str, value: &Value, collection: &Collection) -> Result<Value> {
    let Some(field) = collection.field(name) else { return Ok(value.clone()) };
    let is_boolean = field.schema.get("type") == Some(&Value::from("boolean"));
    match value {
        Value::String(text) if field.is_numeric() && !field.is_text() => {
            let number = serde_json::from_str::<serde_json::Number>(text.trim());
            number.map(Value::Number).map_err(|_| Error::invalid(format!("`{name}` is a number, such as 20.")))
        }
        Value::String(text) if is_boolean => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(Error::invalid(format!("`{name}` is true or false."))),
        },
        Value::Number(number) if field.is_text() && !field.is_numeric() => Ok(number.to_string().into()),
        Value::Number(_) if is_boolean => Err(Error::invalid(format!("`{name}` is true or false."))),
        Value::Bool(_) if !is_boolean && (field.is_text() || field.is_numeric()) => {
            let kind = if field.is_text() { "a text" } else { "a number" };
            Err(Error::invalid(format!("`{name}` is {kind}, not {value}.")))
        }
        other => Ok(other.clone()),
    }
}
