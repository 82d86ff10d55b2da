use connector::{Aggregate, Collection, Filter, Function, Metric, Operation};
use serde_json::Value;

use super::call::{Suite, Who, data};
use super::list::filters;
use super::{Check, claim, is_owned};

pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    counts_only_his(suite, collection).await?;
    if !is_owned(&collection.ownership) {
        return Ok(());
    }
    let hers = suite.only(Who::Alice, collection);
    for filter in filters(suite, collection, &hers) {
        suite.attempted(&collection.name, "aggregate");
        let rows = run(suite, collection, Some(filter.clone()), None, count()).await?;
        let most = suite.his.items(collection).len();
        claim(rows.is_none_or(|rows| total(&rows) <= most as f64), || {
            format!("Bob counts only his own {}, yet not by {filter:?}", collection.name)
        })?;
    }
    shows_only_his_figures(suite, collection).await
}

async fn counts_only_his(suite: &mut Suite, collection: &Collection) -> Check {
    let wanted = suite.his.items(collection).len();
    let groups = collection.fields.iter().filter(|field| field.sortable).map(|field| Some(field.name.clone()));
    for group in groups.chain([None]) {
        suite.attempted(&collection.name, "aggregate");
        let Some(rows) = run(suite, collection, None, group.clone(), count()).await? else { continue };
        claim(total(&rows) == wanted as f64, || {
            format!(
                "Bob counts his {wanted} {} and no more, yet grouped by {group:?} they are {rows:?}",
                collection.name
            )
        })?;
    }
    Ok(())
}

/// Sums, means and bounds are those of what is his: none is a value of hers.
async fn shows_only_his_figures(suite: &mut Suite, collection: &Collection) -> Check {
    for field in &collection.fields {
        let values = |who| {
            let items = suite.world(who).items(collection).iter();
            items.filter_map(|item| item.fields.get(&field.name)).cloned().collect::<Vec<_>>()
        };
        let (hers, his) = (values(Who::Alice), values(Who::Bob));
        for function in [Function::Min, Function::Max, Function::Sum, Function::Avg] {
            let is_bound = matches!(function, Function::Min | Function::Max);
            if !(field.is_numeric() || (is_bound && field.sortable)) {
                continue;
            }
            suite.attempted(&collection.name, "aggregate");
            let metric = Metric { function, field: Some(field.name.clone()), name: "figure".into() };
            let Some(rows) = run(suite, collection, None, None, metric).await? else { continue };
            let figure = rows.first().and_then(|row| row.get("figure")).cloned().unwrap_or(Value::Null);
            if is_bound {
                claim(!hers.contains(&figure) || his.contains(&figure) || figure.is_null(), || {
                    format!(
                        "the {function:?} of {}.{} is one of Bob's, not Alice's {figure}",
                        collection.name, field.name
                    )
                })?;
            } else if let (Some(figure), Some(his)) = (figure.as_f64(), numbers(&his)) {
                let wanted = match function {
                    Function::Sum => his.iter().sum::<f64>(),
                    _ => his.iter().sum::<f64>() / his.len().max(1) as f64,
                };
                claim((figure - wanted).abs() <= 1e-6 * wanted.abs().max(1.0), || {
                    format!("the {function:?} of Bob's {}.{} is {wanted}, not {figure}", collection.name, field.name)
                })?;
            }
        }
    }
    Ok(())
}

/// All values that are not null, if each is a number.
fn numbers(values: &[Value]) -> Option<Vec<f64>> {
    values.iter().filter(|value| !value.is_null()).map(Value::as_f64).collect()
}

/// The rows, unless the connector refuses.
async fn run(
    suite: &mut Suite,
    collection: &Collection,
    filter: Option<Filter>,
    group: Option<String>,
    metric: Metric,
) -> Check<Option<Vec<Value>>> {
    let aggregate = Aggregate {
        collection: collection.name.clone(),
        filter,
        group_by: group.into_iter().map(Into::into).collect(),
        metrics: vec![metric],
        limit: 1_000,
        ..Aggregate::default()
    };
    let shown = format!("{aggregate:?}");
    let Ok(outcome) = suite.call(Who::Bob, Operation::Aggregate(aggregate)).await? else { return Ok(None) };
    match data(&outcome)? {
        Value::Array(rows) => Ok(Some(rows)),
        other => Err(super::Violation(format!("aggregate answers an array, yet {shown} gave {other}"))),
    }
}

fn count() -> Metric {
    Metric { function: Function::Count, field: None, name: "items".into() }
}

fn total(rows: &[Value]) -> f64 {
    rows.iter().filter_map(|row| row.get("items")?.as_f64()).sum()
}
