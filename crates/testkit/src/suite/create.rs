use connector::{Collection, Identifier, Operation, OperationKind};
use serde_json::Value;

use super::call::{Suite, Who};
use super::get::FOREIGN_MAX;
use super::sample::create;
use super::world::get;
use super::{Check, claim, is_owned};

pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    let made = suite.create_own(Who::Bob, collection).await?;
    if !is_owned(&collection.ownership) {
        suite.attempted(&collection.name, "create");
        return Ok(());
    }
    is_his_alone(suite, collection, made).await?;
    under_her_parent(suite, collection).await?;
    for_her(suite, collection).await?;
    with_her_key(suite, collection).await
}

/// What Bob makes is there for him and not for Alice.
async fn is_his_alone(suite: &mut Suite, collection: &Collection, made: Identifier) -> Check {
    suite.attempted(&collection.name, "create");
    if !collection.operations.contains(&OperationKind::Get) {
        return Ok(());
    }
    suite.works(Who::Bob, Operation::Get(get(collection, made.clone()))).await?;
    let seen = suite.call(Who::Alice, Operation::Get(get(collection, made.clone()))).await?;
    claim(seen.is_err(), || format!("what Bob creates in {} is his alone, yet Alice gets {made:?}", collection.name))
}

async fn under_her_parent(suite: &mut Suite, collection: &Collection) -> Check {
    for (parent, hers) in suite.her_parents(collection, |field| field.creatable) {
        let number = suite.next();
        let (mut foreign, mut nothing) = (suite.sample(Who::Bob, collection), suite.sample(Who::Bob, collection));
        foreign.extend(parent.values(&hers));
        nothing.extend(parent.missing(&hers, number));
        let both = [create(collection, foreign), create(collection, nothing)];
        suite.indistinguishable(&collection.name, OperationKind::Create, both).await?;
    }
    Ok(())
}

/// A create that names Alice as the owner is refused, or makes something of Bob's.
async fn for_her(suite: &mut Suite, collection: &Collection) -> Check {
    for name in &collection.identity {
        let mut data = suite.sample(Who::Bob, collection);
        data.insert(name.clone(), Value::from(suite.subject.alice.id().as_str()));
        suite.attempted(&collection.name, "create");
        // Whatever the answer: that nothing was made for Alice shows when her world is looked at again.
        let _ = suite.call(Who::Bob, create(collection, data)).await?;
        suite.unchanged(&format!("a create in {} that names her as {name}", collection.name)).await?;
    }
    Ok(())
}

/// A create with a key that Alice has, where keys can be chosen, does nothing to her item.
async fn with_her_key(suite: &mut Suite, collection: &Collection) -> Check {
    let can_choose = collection.key.iter().all(|name| collection.field(name).is_some_and(|field| field.creatable));
    if !can_choose {
        return Ok(());
    }
    for item in suite.only(Who::Alice, collection).into_iter().take(FOREIGN_MAX) {
        let mut data = suite.sample(Who::Bob, collection);
        data.extend(collection.key.iter().filter_map(|name| Some((name.clone(), item.fields.get(name)?.clone()))));
        suite.attempted(&collection.name, "create");
        let made = suite.call(Who::Bob, create(collection, data)).await?.is_ok();
        if let (true, Some(identifier)) = (made, item.identifier) {
            // It is his own of the same name; what is hers was not replaced, which is seen when her world is
            // looked at. Away with it, so that later attempts with her keys are attempts on what is not his.
            remove(suite, collection, identifier).await?;
        }
    }
    Ok(())
}

async fn remove(suite: &mut Suite, collection: &Collection, identifier: Identifier) -> Check {
    if collection.operations.contains(&OperationKind::Delete) {
        suite.works(Who::Bob, super::delete::delete(collection, identifier)).await?;
    }
    Ok(())
}
