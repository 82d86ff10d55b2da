use connector::{Collection, Get, Identifier, Operation, OperationKind};
use serde_json::{Map, Value};

use super::call::{Suite, Who};
use super::sample::{missing, missing_value};
use super::world::{Item, get};
use super::{Check, is_owned};

/// Items of hers that are tried.
pub(super) const FOREIGN_MAX: usize = 10;

pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    if !is_owned(&collection.ownership) {
        suite.attempted(&collection.name, "get");
        return Ok(());
    }
    for (foreign, nothing) in foreign(suite, collection) {
        let both = [foreign.clone(), nothing.clone()].map(|it| Operation::Get(get(collection, it)));
        suite.indistinguishable(&collection.name, OperationKind::Get, both).await?;
        for field in &collection.fields {
            let one = |identifier| {
                Operation::Get(Get { fields: Some(vec![field.name.clone()]), ..get(collection, identifier) })
            };
            let both = [one(foreign.clone()), one(nothing.clone())];
            suite.indistinguishable(&collection.name, OperationKind::Get, both).await?;
        }
    }
    Ok(())
}

/// Identifiers of hers, each with one of nothing.
pub(super) fn foreign(suite: &mut Suite, collection: &Collection) -> Vec<(Identifier, Identifier)> {
    let hers = suite.only(Who::Alice, collection);
    let his = suite.only(Who::Bob, collection);
    let number = suite.next();
    let mut found: Vec<_> = hers.iter().filter_map(|item| item.identifier.clone()).take(FOREIGN_MAX).collect();
    found.extend(suite.unlisted.iter().filter(|(name, _)| *name == collection.name).map(|(_, it)| it.clone()));
    found.extend(hers.first().zip(his.first()).into_iter().flat_map(|(hers, his)| mixed(collection, hers, his)));
    found
        .into_iter()
        .map(|identifier| {
            let nothing = missing(&identifier, collection, number);
            (identifier, nothing)
        })
        .collect()
}

/// Of a key of several fields: one of hers and the others of his or of nothing's.
fn mixed(collection: &Collection, hers: &Item, his: &Item) -> Vec<Identifier> {
    let mut found = Vec::new();
    if collection.key.len() < 2 {
        return found;
    }
    for own in &collection.key {
        let part = |name: &String, others: &dyn Fn(&Value) -> Value| {
            let value = hers.fields.get(name)?;
            Some((name.clone(), if name == own { value.clone() } else { others(value) }))
        };
        let with_nothing: Option<Map<_, _>> =
            collection.key.iter().map(|name| part(name, &|value| missing_value(value, 0))).collect();
        let with_his: Option<Map<_, _>> = collection
            .key
            .iter()
            .map(|name| part(name, &|value| his.fields.get(name).unwrap_or(value).clone()))
            .collect();
        let identifiers = [with_nothing, with_his].into_iter().flatten();
        let identifiers = identifiers.filter_map(|it| Identifier::parse(&Value::Object(it), collection).ok());
        // Both halves together may well be his: two of his items can share a part with hers.
        found.extend(identifiers.filter(|it| Some(it) != his.identifier.as_ref()));
    }
    found
}
