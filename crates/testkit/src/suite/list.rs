use connector::{Collection, Comparison, Filter, Operation, Sort, Start};
use serde_json::Value;

use super::call::{Suite, Who};
use super::world::{Item, list};
use super::{Check, claim, is_owned};

/// Values of Alice's that are tried in a filter on each field.
const VALUES_MAX: usize = 3;

pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    if !is_owned(&collection.ownership) {
        suite.attempted(&collection.name, "list");
        return Ok(());
    }
    let hers = suite.only(Who::Alice, collection);
    for filter in filters(suite, collection, &hers) {
        suite.attempted(&collection.name, "list");
        // A filter that the connector refuses shows nothing either.
        if let Ok(items) = suite.list_all(Who::Bob, collection, list(collection, Some(filter.clone()), vec![])).await? {
            only_his(suite, collection, &items, &format!("filtered by {filter:?}"))?;
        }
    }
    for filter in tautologies(collection, &hers) {
        everything_of_his(suite, collection, Some(filter), vec![]).await?;
    }
    for field in collection.fields.iter().filter(|field| field.sortable) {
        for descending in [false, true] {
            everything_of_his(suite, collection, None, vec![Sort { field: field.name.clone(), descending }]).await?;
        }
    }
    from_her_cursor(suite, collection).await
}

/// Filters that would match what is Alice's: by her keys, her values, her parents and her owner value.
pub(super) fn filters(suite: &Suite, collection: &Collection, hers: &[Item]) -> Vec<Filter> {
    let mut found = Vec::new();
    for field in collection.fields.iter().filter(|field| field.filterable) {
        let mut values: Vec<_> = hers.iter().filter_map(|item| item.fields.get(&field.name)).cloned().collect();
        values.retain(|value| matches!(value, Value::String(_) | Value::Number(_)));
        values.dedup();
        values.truncate(VALUES_MAX);
        if values.is_empty() {
            continue;
        }
        found.push(compare(&field.name, Comparison::In(values.clone())));
        for value in values {
            if let (true, Value::String(text)) = (field.is_text(), &value) {
                found.push(compare(&field.name, Comparison::StartsWith(text.clone())));
                found.push(compare(&field.name, Comparison::Contains(text.clone())));
            }
            found.push(compare(&field.name, Comparison::Gte(value.clone())));
            found.push(compare(&field.name, Comparison::Eq(value)));
        }
    }
    let alice = Value::from(suite.subject.alice.id().as_str());
    found.extend(collection.identity.iter().map(|name| compare(name, Comparison::Eq(alice.clone()))));
    found
}

/// Filters that match everything there is, by ways that could get around a condition on the owner.
fn tautologies(collection: &Collection, hers: &[Item]) -> Vec<Filter> {
    let filterable = |name: &&String| collection.field(name).is_some_and(|field| field.filterable);
    let Some((key, item)) = collection.key.iter().find(filterable).zip(hers.first()) else { return Vec::new() };
    let Some(value) = item.fields.get(key) else { return Vec::new() };
    let is_hers = || compare(key, Comparison::Eq(value.clone()));
    let is_other = || Filter::Not(Box::new(is_hers()));
    let exists = || compare(key, Comparison::IsNull(false));
    vec![
        Filter::Or(vec![is_hers(), is_other()]),
        Filter::Or(vec![exists(), is_hers()]),
        Filter::Not(Box::new(Filter::And(vec![is_hers(), is_other()]))),
        Filter::And(vec![Filter::Or(vec![is_other(), is_hers()]), exists()]),
    ]
}

async fn everything_of_his(
    suite: &mut Suite,
    collection: &Collection,
    filter: Option<Filter>,
    sort: Vec<Sort>,
) -> Check {
    suite.attempted(&collection.name, "list");
    let how = format!("filtered by {filter:?} and sorted by {sort:?}");
    let Ok(items) = suite.list_all(Who::Bob, collection, list(collection, filter, sort)).await? else { return Ok(()) };
    only_his(suite, collection, &items, &how)?;
    let wanted = suite.his.items(collection).len();
    claim(items.len() == wanted, || {
        format!("all {wanted} of Bob's {} match, yet {} were listed when {how}", collection.name, items.len())
    })
}

/// The place where a page of hers ended is no way into her items.
async fn from_her_cursor(suite: &mut Suite, collection: &Collection) -> Check {
    let mut page = list(collection, None, vec![]);
    page.limit = 1;
    let next = suite.works(Who::Alice, Operation::List(page.clone())).await?.next;
    if let Some(next) = next {
        suite.attempted(&collection.name, "list");
        page.start = Start::After(next);
        page.limit = 50;
        if let Ok(outcome) = suite.call(Who::Bob, Operation::List(page)).await? {
            let data = super::call::data(&outcome)?;
            let names = data.as_array().into_iter().flatten().filter_map(Value::as_object);
            let items = names.map(|fields| Item::named(collection, fields.clone())).collect::<Check<Vec<_>>>()?;
            only_his(suite, collection, &items, "started from a cursor of Alice's")?;
        }
    }
    Ok(())
}

fn only_his(suite: &Suite, collection: &Collection, items: &[Item], how: &str) -> Check {
    let his = suite.his.names(collection);
    let foreign = items.iter().find(|item| !his.contains(item.name.as_str()));
    claim(foreign.is_none(), || {
        format!(
            "Bob lists only his own {}, yet {how} he got {}",
            collection.name,
            foreign.map_or("", |item| &item.name)
        )
    })
}

pub(super) fn compare(field: &str, comparison: Comparison) -> Filter {
    Filter::Compare { field: field.to_owned(), comparison }
}
