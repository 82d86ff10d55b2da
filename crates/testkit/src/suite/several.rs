//! Further arguments of the operations, where a collection has them: lists of items, related items, versions, upserts,
//! changes by filter. None is a way to what is Alice's.

use connector::{
    Amendment, Batch, Change, Collection, Create, Delete, Identifier, Matching, Operation, OperationKind, Update,
};
use serde_json::{Map, Value, json};

use super::call::{Suite, Who};
use super::get::{FOREIGN_MAX, foreign};
use super::sample::create;
use super::world::list;
use super::{Check, claim, is_owned};

/// How many of what comes along is followed one step further.
const DEEPER_MAX: usize = 2;

pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    related(suite, collection).await?;
    if !is_owned(&collection.ownership) {
        return Ok(());
    }
    if collection.abilities.batches() {
        in_lists(suite, collection).await?;
        under_her_parents(suite, collection).await?;
    }
    by_version(suite, collection).await?;
    over_her_keys(suite, collection).await?;
    all_that_match(suite, collection).await
}

fn has(collection: &Collection, kind: OperationKind, name: &str) -> bool {
    collection.operations.contains(&kind)
        && collection.parameters.get(&kind).is_some_and(|all| all.iter().any(|parameter| parameter.name == name))
}

fn batch(collection: &Collection, change: Change) -> Operation {
    Operation::Batch(Batch { collection: collection.name.clone(), change, options: Map::new() })
}

/// Whatever comes along with what Bob may see: nothing of hers, which every answer to him is searched for.
async fn related(suite: &mut Suite, collection: &Collection) -> Check {
    if !has(collection, OperationKind::List, "expand") {
        return Ok(());
    }
    let fields = collection.fields.iter().map(|field| field.name.trim_end_matches("_id").to_owned());
    let names: Vec<String> = fields.chain(suite.catalog.collections.iter().map(|it| it.name.clone())).collect();
    let mut came = Vec::new();
    for name in &names {
        if brings(suite, collection, name).await? {
            came.push(name);
        }
    }
    for first in came.into_iter().take(DEEPER_MAX) {
        for second in &names {
            brings(suite, collection, &format!("{first}.{second}")).await?;
        }
    }
    Ok(())
}

async fn brings(suite: &mut Suite, collection: &Collection, path: &str) -> Check<bool> {
    let mut asked = list(collection, None, vec![]);
    asked.options.insert("expand".into(), json!([path]));
    suite.attempted(&collection.name, "list");
    Ok(suite.call(Who::Bob, Operation::List(asked)).await?.is_ok())
}

async fn in_lists(suite: &mut Suite, collection: &Collection) -> Check {
    for (hers, nothing) in foreign(suite, collection) {
        if collection.operations.contains(&OperationKind::Update) {
            let data = suite.sample_update(Who::Bob, collection)?;
            let amend = |identifier: Identifier| {
                let amendment = Amendment { identifier, data: data.clone(), if_version: None };
                batch(collection, Change::Update(vec![amendment]))
            };
            let both = [amend(hers.clone()), amend(nothing.clone())];
            suite.indistinguishable(&collection.name, OperationKind::Update, both).await?;
        }
        if collection.operations.contains(&OperationKind::Delete) {
            let both = [hers, nothing].map(|identifier| batch(collection, Change::Delete(vec![identifier])));
            suite.indistinguishable(&collection.name, OperationKind::Delete, both).await?;
        }
    }
    Ok(())
}

/// One item under a parent of hers, and none of the list is made.
async fn under_her_parents(suite: &mut Suite, collection: &Collection) -> Check {
    if !collection.operations.contains(&OperationKind::Create) {
        return Ok(());
    }
    for (parent, hers) in suite.her_parents(collection, |field| field.creatable) {
        let number = suite.next();
        let mut both = Vec::new();
        for values in [parent.values(&hers), parent.missing(&hers, number)] {
            let (first, mut last) = (suite.sample(Who::Bob, collection), suite.sample(Who::Bob, collection));
            last.extend(values);
            both.push(batch(collection, Change::Create(vec![first, last])));
        }
        let Ok(both) = <[Operation; 2]>::try_from(both) else { continue };
        suite.indistinguishable(&collection.name, OperationKind::Create, both).await?;
    }
    Ok(())
}

/// No version, right or wrong, tells what is hers from what is not there.
async fn by_version(suite: &mut Suite, collection: &Collection) -> Check {
    let options = Map::from_iter([("if_version".to_owned(), Value::from("0"))]);
    for (hers, nothing) in foreign(suite, collection) {
        if has(collection, OperationKind::Update, "if_version") {
            let data = suite.sample_update(Who::Bob, collection)?;
            let both = [hers.clone(), nothing.clone()].map(|identifier| {
                let (collection, data, options) = (collection.name.clone(), data.clone(), options.clone());
                Operation::Update(Update { collection, identifier, data, options })
            });
            suite.indistinguishable(&collection.name, OperationKind::Update, both).await?;
        }
        if has(collection, OperationKind::Delete, "if_version") {
            let both = [hers, nothing].map(|identifier| {
                let (collection, options) = (collection.name.clone(), options.clone());
                Operation::Delete(Delete { collection, identifier, options })
            });
            suite.indistinguishable(&collection.name, OperationKind::Delete, both).await?;
        }
    }
    Ok(())
}

/// An upsert of what has her key is what a plain create of it is.
async fn over_her_keys(suite: &mut Suite, collection: &Collection) -> Check {
    let can_choose = collection.key.iter().all(|name| collection.field(name).is_some_and(|field| field.creatable));
    if !has(collection, OperationKind::Create, "on_conflict") || !can_choose || collection.key.is_empty() {
        return Ok(());
    }
    for item in suite.only(Who::Alice, collection).into_iter().take(FOREIGN_MAX) {
        let mut data = suite.sample(Who::Bob, collection);
        data.extend(collection.key.iter().filter_map(|name| Some((name.clone(), item.fields.get(name)?.clone()))));
        let plain = suite.call(Who::Bob, create(collection, data.clone())).await?;
        let Err(plain) = plain else {
            // His own of the same name. Away with it, so that later attempts with her keys are on what is not his.
            if let (Some(identifier), true) = (item.identifier, collection.operations.contains(&OperationKind::Delete))
            {
                suite.works(Who::Bob, super::delete::delete(collection, identifier)).await?;
            }
            continue;
        };
        let options = Map::from_iter([("on_conflict".to_owned(), Value::from("update"))]);
        suite.attempted(&collection.name, "create");
        let upsert = Operation::Create(Create { collection: collection.name.clone(), data, options });
        let answer = suite.call(Who::Bob, upsert).await?;
        let said = |error: &connector::Error| (error.kind(), error.message().to_owned());
        claim(answer.as_ref().err().map(said) == Some(said(&plain)), || {
            format!(
                "an upsert in {} over what is Alice's fails like a create, yet {answer:?} and {plain:?}",
                collection.name
            )
        })?;
    }
    Ok(())
}

/// A change of everything is of everything that is Bob's.
async fn all_that_match(suite: &mut Suite, collection: &Collection) -> Check {
    suite.look_at_both().await?;
    let wanted = suite.his.items(collection).len() as u64;
    for kind in &collection.abilities.bulk {
        let matching = Matching { filter: None, expected_count: None };
        let change = match kind {
            OperationKind::Update => {
                Change::UpdateMatching { matching, data: suite.sample_update(Who::Bob, collection)? }
            }
            _ => Change::DeleteMatching(matching),
        };
        suite.attempted(&collection.name, kind.as_str());
        let found = suite.works(Who::Bob, batch(collection, change)).await?.count;
        claim(found == Some(wanted), || {
            format!("all {} that Bob could {} are his {wanted}, not {found:?}", collection.name, kind.as_str())
        })?;
    }
    Ok(())
}
