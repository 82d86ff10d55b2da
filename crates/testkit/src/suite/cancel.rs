use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use connector::{Collection, Operation, OperationKind};

use super::call::{Suite, Who};
use super::sample::create;
use super::world::{get, list};
use super::{Check, claim};

/// How often a call is polled before it is dropped: each time it is in the middle of something else.
const POLLS: [usize; 5] = [1, 2, 3, 5, 8];

/// How often each is tried: together, more than a pool has connections.
const TIMES: usize = 5;

/// A call that is dropped leaves the connector as usable as before.
pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    for polls in POLLS {
        for _ in 0..TIMES {
            for operation in operations(suite, collection) {
                let effect = suite.effect(&operation);
                let permit = crate::permit(suite.caller(Who::Bob), &suite.subject.resource, &operation, effect);
                let context = crate::context();
                dropped_after(polls, suite.subject.connector.execute(permit, operation, &context)).await;
            }
        }
    }
    let health = tokio::time::timeout(Duration::from_secs(10), suite.subject.connector.health()).await;
    claim(matches!(health, Ok(Ok(()))), || {
        format!("the connector is well after dropped calls on {}, yet {health:?}", collection.name)
    })?;
    suite.unchanged("dropped calls of Bob's").await
}

async fn dropped_after(polls: usize, call: impl Future) {
    let (mut call, mut left) = (pin!(call), polls);
    poll_fn(|context| {
        left -= 1;
        match call.as_mut().poll(context) {
            Poll::Pending if left > 0 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}

fn operations(suite: &mut Suite, collection: &Collection) -> Vec<Operation> {
    let mut found = Vec::new();
    if collection.operations.contains(&OperationKind::List) {
        found.push(Operation::List(list(collection, None, vec![])));
    }
    let own = suite.his.items(collection).iter().find_map(|item| item.identifier.clone());
    if let (true, Some(own)) = (collection.operations.contains(&OperationKind::Get), own) {
        found.push(Operation::Get(get(collection, own)));
    }
    if collection.operations.contains(&OperationKind::Create) {
        found.push(create(collection, suite.sample(Who::Bob, collection)));
    }
    found
}
