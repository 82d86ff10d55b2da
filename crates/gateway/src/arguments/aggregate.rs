use connector::{Aggregate, Collection, Error, Field, Filter, FilterLimits, Function, Group, Metric, Result, Unit};
use serde_json::{Map, Value, json};

use super::list;
use crate::Options;

pub(super) fn read(arguments: &Map<String, Value>, collection: &Collection, options: &Options) -> Result<Aggregate> {
    let asked = list::names(arguments, "group_by").unwrap_or_default();
    let group_by = asked.iter().map(|text| group(text, collection)).collect::<Result<Vec<_>>>()?;
    let metrics = metrics(arguments, collection)?;
    let names = || group_by.iter().map(|group| &group.name).chain(metrics.iter().map(|metric| &metric.name));
    for (at, name) in names().enumerate() {
        if names().take(at).any(|earlier| earlier == name) {
            return Err(Error::invalid(format!(
                "Two columns of the answer would be called `{name}`. Rename one with `as`."
            )));
        }
    }
    let sort = list::sort(arguments, &|name| names().any(|known| known == name), || {
        names().map(String::as_str).collect::<Vec<_>>().join(", ")
    })?;
    Ok(Aggregate {
        collection: collection.name.clone(),
        filter: list::filter(arguments, collection, options.filters())?,
        sort,
        limit: list::limit(arguments, options.rows_default, options),
        having: having(arguments, &metrics, collection, options.filters())?,
        group_by,
        metrics,
    })
}

/// A field, or one that holds times with the unit that they are cut to: `created_at:month`.
fn group(text: &str, collection: &Collection) -> Result<Group> {
    let sortable = |name: &str| collection.field(name).filter(|field| field.sortable);
    if sortable(text).is_some() {
        return Ok(Group::from(text));
    }
    let Some((name, word)) = text.rsplit_once(':').filter(|_| collection.abilities.figures) else {
        return Err(unknown("group_by", text, collection));
    };
    let field = sortable(name).ok_or_else(|| unknown("group_by", name, collection))?;
    let unit = Unit::ALL.into_iter().find(|unit| unit.as_str() == word).ok_or_else(|| {
        let words = Unit::ALL.map(Unit::as_str).join(", ");
        Error::invalid(format!("`group_by` cuts `{name}` to `{word}`, which is none of {words}."))
    })?;
    match field.schema.get("format").and_then(Value::as_str) {
        Some("date-time") => {}
        Some("date") if !unit.is_within_a_day() => {}
        Some("date") => return Err(Error::invalid(format!("`{name}` is a date and has no {word}s."))),
        _ => return Err(Error::invalid(format!("`{name}` is not a time, so it has no {word}s. Group by `{name}`."))),
    }
    Ok(Group { field: name.to_owned(), unit: Some(unit), name: text.to_owned() })
}

/// The `having` argument: a filter whose fields are the metrics.
fn having(
    arguments: &Map<String, Value>,
    metrics: &[Metric],
    collection: &Collection,
    limits: FilterLimits,
) -> Result<Option<Filter>> {
    let Some(asked) = arguments.get("having") else { return Ok(None) };
    let field = |metric: &Metric| {
        let schema = match (metric.function, &metric.field) {
            (Function::Count | Function::CountDistinct, _) => json!({"type": "integer"}),
            (Function::Min | Function::Max, Some(field)) => {
                collection.field(field).map_or(Value::Null, |field| field.schema.clone())
            }
            _ => json!({"type": "number"}),
        };
        Field::new(&metric.name, schema)
    };
    let figures =
        Collection { name: "the figures".into(), fields: metrics.iter().map(field).collect(), ..collection.clone() };
    Filter::parse(asked, &figures, limits)
}

fn metrics(arguments: &Map<String, Value>, collection: &Collection) -> Result<Vec<Metric>> {
    let Some(Value::Array(asked)) = arguments.get("metrics") else {
        return Ok(vec![Metric { function: Function::Count, field: None, name: "count".into() }]);
    };
    asked.iter().map(|metric| read_metric(metric, collection)).collect()
}

fn read_metric(asked: &Value, collection: &Collection) -> Result<Metric> {
    let text = |name| asked.get(name).and_then(Value::as_str);
    let function = match text("function") {
        Some("count") => Function::Count,
        Some("sum") => Function::Sum,
        Some("avg") => Function::Avg,
        Some("min") => Function::Min,
        Some("max") => Function::Max,
        Some("count_distinct") if collection.abilities.figures => Function::CountDistinct,
        _ => return Err(Error::invalid("Each metric needs a `function`: count, sum, avg, min or max.")),
    };
    let field = text("field").filter(|field| !field.is_empty() && *field != "*");
    match (function, field) {
        (Function::Count, None) => {}
        (_, None) => {
            return Err(Error::invalid(format!("The metric {} needs a `field`.", function.as_str())));
        }
        (_, Some(name)) => {
            let known = collection
                .field(name)
                .filter(|field| field.sortable)
                .ok_or_else(|| unknown("metrics", name, collection))?;
            if matches!(function, Function::Sum | Function::Avg) && !known.is_numeric() {
                return Err(Error::invalid(format!("`{name}` is not a number, so it has no {}.", function.as_str())));
            }
        }
    }
    let name = match (text("as"), field) {
        (Some(given), _) => given.to_owned(),
        (None, Some(field)) => format!("{}_{field}", function.as_str()),
        (None, None) => function.as_str().to_owned(),
    };
    Ok(Metric { function, field: field.map(str::to_owned), name })
}

fn unknown(argument: &str, name: &str, collection: &Collection) -> Error {
    let known: Vec<_> =
        collection.fields.iter().filter(|field| field.sortable).map(|field| field.name.as_str()).collect();
    Error::invalid(format!(
        "`{argument}` names `{name}`, which {} cannot be grouped by or reckoned with. Use: {}.",
        collection.name,
        known.join(", ")
    ))
}
