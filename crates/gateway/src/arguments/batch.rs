//! Several items in one call: lists of items, and changes of all items that match a filter.

use connector::{Amendment, Change, Collection, Error, FilterLimits, Identifier, Matching, OperationKind, Result};
use jsonschema::Validator;
use serde_json::{Map, Value};

use super::{list, operation, validate};

type Arguments = Map<String, Value>;

/// The change of several items that the arguments ask for; none where they name a single item.
pub(super) fn read(
    kind: OperationKind,
    arguments: &Arguments,
    collection: &Collection,
    limits: FilterLimits,
) -> Result<Option<Change>> {
    Ok(match kind {
        OperationKind::Create => match arguments.get("data") {
            Some(Value::Array(items)) => Some(Change::Create(
                items.iter().enumerate().map(|(at, item)| object(item, "data", at)).collect::<Result<_>>()?,
            )),
            _ => None,
        },
        OperationKind::Update => match one_of(arguments, &["identifier", "items", "filters"], collection, kind)? {
            "items" => {
                alone(arguments, "items", &["data", "if_version", "expected_count"])?;
                let items = many(arguments, "items").iter().enumerate();
                Some(Change::Update(items.map(|(at, item)| amendment(item, at, collection)).collect::<Result<_>>()?))
            }
            "filters" => {
                alone(arguments, "filters", &["if_version"])?;
                let matching = matching(arguments, collection, limits)?;
                Some(Change::UpdateMatching { matching, data: operation::data(arguments)? })
            }
            _ => None,
        },
        OperationKind::Delete => {
            match one_of(arguments, &["identifier", "identifiers", "filters"], collection, kind)? {
                "identifiers" => {
                    alone(arguments, "identifiers", &["if_version", "expected_count"])?;
                    let items = many(arguments, "identifiers").iter().enumerate();
                    let read = |(at, item)| {
                        Identifier::parse(item, collection).map_err(|error| at_place(&error, "identifiers", at))
                    };
                    Some(Change::Delete(items.map(read).collect::<Result<_>>()?))
                }
                "filters" => {
                    alone(arguments, "filters", &["if_version"])?;
                    Some(Change::DeleteMatching(matching(arguments, collection, limits)?))
                }
                _ => None,
            }
        }
        OperationKind::List | OperationKind::Get | OperationKind::Aggregate => None,
    })
}

/// Checks each item of a list by the tool's schema as if it were given alone: the same rules, the same sentences.
pub(crate) fn validate_each(validator: &Validator, arguments: &Arguments, known: &Arguments) -> Result<()> {
    let alone = |pairs: Vec<(&str, Option<&Value>)>| -> Arguments {
        pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone()))).collect()
    };
    let each = |name: &str, single: &dyn Fn(&Value) -> Arguments| {
        many(arguments, name).iter().enumerate().try_for_each(|(at, item)| {
            let checked = validate(validator, single(item), known);
            checked.map(drop).map_err(|error| at_place(&error, name, at))
        })
    };
    each("data", &|item| alone(vec![("data", Some(item))]))?;
    each("items", &|item| {
        alone(["identifier", "data", "if_version"].map(|name| (name, item.get(name))).into_iter().collect())
    })?;
    each("identifiers", &|item| alone(vec![("identifier", Some(item))]))
}

/// Which of these arguments says what is to be changed.
fn one_of(
    arguments: &Arguments,
    names: &[&'static str; 3],
    collection: &Collection,
    kind: OperationKind,
) -> Result<&'static str> {
    let mut given = names.iter().filter(|name| arguments.contains_key(**name));
    match (given.next(), given.next()) {
        (Some(one), None) => Ok(one),
        (None, _) if kind == OperationKind::Update => Err(Error::invalid("`identifier` is missing.")),
        (None, _) if !collection.abilities.batches() => Err(Error::invalid("`identifier` is missing.")),
        (None, _) => Err(Error::invalid("`identifier` is missing. For several items give `identifiers`.")),
        (Some(one), Some(other)) => Err(Error::invalid(format!("Give `{one}` or `{other}`, not both."))),
    }
}

/// Refuses arguments that say nothing beside `name`.
fn alone(arguments: &Arguments, name: &str, others: &[&str]) -> Result<()> {
    match others.iter().find(|other| arguments.contains_key(**other)) {
        Some(other) => Err(Error::invalid(format!("`{other}` does not go together with `{name}`. Leave it out."))),
        None => Ok(()),
    }
}

fn matching(arguments: &Arguments, collection: &Collection, limits: FilterLimits) -> Result<Matching> {
    let expected_count = arguments.get("expected_count").and_then(Value::as_u64);
    Ok(Matching { filter: list::filter(arguments, collection, limits)?, expected_count })
}

fn amendment(item: &Value, at: usize, collection: &Collection) -> Result<Amendment> {
    let item = object(item, "items", at)?;
    let placed = |error: Error| at_place(&error, "items", at);
    Ok(Amendment {
        identifier: operation::identifier(&item, collection).map_err(placed)?,
        data: operation::data(&item).map_err(placed)?,
        if_version: item.get("if_version").and_then(Value::as_str).map(str::to_owned),
    })
}

fn object(item: &Value, name: &str, at: usize) -> Result<Map<String, Value>> {
    match item {
        Value::Object(object) => Ok(object.clone()),
        _ => Err(Error::invalid(format!("`{name}[{at}]` must be an object."))),
    }
}

fn many<'a>(arguments: &'a Arguments, name: &str) -> &'a [Value] {
    arguments.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn at_place(error: &Error, name: &str, at: usize) -> Error {
    Error::new(error.kind(), format!("`{name}[{at}]`: {}", error.message()))
}
