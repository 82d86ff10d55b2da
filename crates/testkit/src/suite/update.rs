use connector::{Collection, Identifier, Operation, OperationKind, Update};
use serde_json::{Map, Value};

use super::call::{Suite, Who};
use super::get::foreign;
use super::{Check, is_owned};

pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    let own = own(suite, collection).await?;
    let data = suite.sample_update(Who::Bob, collection)?;
    suite.works(Who::Bob, update(collection, own.clone(), data)).await?;
    if !is_owned(&collection.ownership) {
        suite.attempted(&collection.name, "update");
        return Ok(());
    }
    for (foreign, nothing) in foreign(suite, collection) {
        let data = suite.sample_update(Who::Bob, collection)?;
        let both = [foreign, nothing].map(|identifier| update(collection, identifier, data.clone()));
        suite.indistinguishable(&collection.name, OperationKind::Update, both).await?;
    }
    to_her_parent(suite, collection, &own).await?;
    to_her(suite, collection, &own).await?;
    to_her_key(suite, collection, own).await
}

/// An item of Bob's: one that was made for this where that is possible.
async fn own(suite: &mut Suite, collection: &Collection) -> Check<Identifier> {
    if collection.operations.contains(&OperationKind::Create) {
        return suite.create_own(Who::Bob, collection).await;
    }
    let items = match is_owned(&collection.ownership) {
        true => suite.only(Who::Bob, collection),
        false => suite.his.items(collection).to_vec(),
    };
    let first = items.into_iter().find_map(|item| item.identifier);
    first.ok_or_else(|| super::Violation(format!("the suite needs an item in {} that can be updated", collection.name)))
}

/// What is Bob's cannot be moved to where Alice's things are.
async fn to_her_parent(suite: &mut Suite, collection: &Collection, own: &Identifier) -> Check {
    for (parent, hers) in suite.her_parents(collection, |field| field.updatable) {
        let number = suite.next();
        let both = [parent.values(&hers), parent.missing(&hers, number)];
        let both = both.map(|data| update(collection, own.clone(), data));
        suite.indistinguishable(&collection.name, OperationKind::Update, both).await?;
    }
    Ok(())
}

/// What is Bob's cannot be given to Alice.
async fn to_her(suite: &mut Suite, collection: &Collection, own: &Identifier) -> Check {
    for name in &collection.identity {
        let data = Map::from_iter([(name.clone(), Value::from(suite.subject.alice.id().as_str()))]);
        suite.attempted(&collection.name, "update");
        let _ = suite.call(Who::Bob, update(collection, own.clone(), data)).await?;
        suite.unchanged(&format!("an update in {} that names her as {name}", collection.name)).await?;
    }
    Ok(())
}

/// What is Bob's cannot take the place of something of Alice's.
async fn to_her_key(suite: &mut Suite, collection: &Collection, own: Identifier) -> Check {
    let can_choose = collection.key.iter().all(|name| collection.field(name).is_some_and(|field| field.updatable));
    if let (true, Some(hers)) = (can_choose, suite.only(Who::Alice, collection).into_iter().next()) {
        let key = collection.key.iter().filter_map(|name| Some((name.clone(), hers.fields.get(name)?.clone())));
        suite.attempted(&collection.name, "update");
        let moved = suite.call(Who::Bob, update(collection, own, key.collect())).await?.is_ok();
        suite.unchanged(&format!("an update in {} that takes her key", collection.name)).await?;
        if let (true, Some(identifier), true) =
            (moved, hers.identifier, collection.operations.contains(&OperationKind::Delete))
        {
            suite.works(Who::Bob, super::delete::delete(collection, identifier)).await?;
        }
    }
    Ok(())
}

pub(super) fn update(collection: &Collection, identifier: Identifier, data: Map<String, Value>) -> Operation {
    Operation::Update(Update { collection: collection.name.clone(), identifier, data, options: Map::new() })
}
