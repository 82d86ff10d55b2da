use connector::{Aggregate, Collection, Error, Function, Metric, Result};
use serde_json::{Map, Value};

use super::list;
use crate::Options;

pub(super) fn read(arguments: &Map<String, Value>, collection: &Collection, options: &Options) -> Result<Aggregate> {
    let group_by = list::names(arguments, "group_by").unwrap_or_default();
    for name in &group_by {
        if !collection.field(name).is_some_and(|field| field.sortable) {
            return Err(unknown("group_by", name, collection));
        }
    }
    let metrics = metrics(arguments, collection)?;
    let names = || group_by.iter().chain(metrics.iter().map(|metric| &metric.name));
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
        filter: list::filter(arguments, collection)?,
        sort,
        limit: list::limit(arguments, options.rows_default, options),
        group_by,
        metrics,
    })
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
