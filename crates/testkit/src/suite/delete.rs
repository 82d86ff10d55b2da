use connector::{Collection, Delete, Identifier, Operation, OperationKind};
use serde_json::Map;

use super::call::{Suite, Who};
use super::get::foreign;
use super::world::get;
use super::{Check, claim, is_owned};

pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    if is_owned(&collection.ownership) {
        for (foreign, nothing) in foreign(suite, collection) {
            let both = [foreign, nothing].map(|identifier| delete(collection, identifier));
            suite.indistinguishable(&collection.name, OperationKind::Delete, both).await?;
        }
    } else {
        suite.attempted(&collection.name, "delete");
    }
    // What fails for others must work for the owner, or it would prove nothing.
    if collection.operations.contains(&OperationKind::Create) {
        for who in [Who::Alice, Who::Bob] {
            let own = suite.create_own(who, collection).await?;
            suite.works(who, delete(collection, own.clone())).await?;
            if collection.operations.contains(&OperationKind::Get) {
                let seen = suite.call(who, Operation::Get(get(collection, own.clone()))).await?;
                claim(seen.is_err(), || {
                    format!("what {who:?} deleted in {} is gone, yet {own:?} is there", collection.name)
                })?;
            }
        }
    }
    Ok(())
}

pub(super) fn delete(collection: &Collection, identifier: Identifier) -> Operation {
    Operation::Delete(Delete { collection: collection.name.clone(), identifier, options: Map::new() })
}
