use access::{Effect, Policy, ResourcePolicy, Target};
use connector::{Collection, ErrorKind, Operation, OperationKind};
use serde_json::Map;

use super::call::{Suite, Who};
use super::sample::create;
use super::world::{get, list};
use super::{Check, claim};

/// A permit is good for its own resource, target and effect, and for nothing else, even for what is Bob's own.
pub(super) async fn try_all(suite: &mut Suite, collection: &Collection) -> Check {
    for kind in &collection.operations {
        let Some(operation) = operation(suite, collection, *kind) else { continue };
        let right = (suite.subject.resource.clone(), operation.target(), suite.effect(&operation));
        let other_effects = Effect::ALL.into_iter().filter(|effect| *effect != right.2);
        let mut wrong = vec![
            (format!("{}-other", right.0), right.1.clone(), right.2),
            (right.0.clone(), Target::Collection(format!("{}-other", collection.name)), right.2),
            (right.0.clone(), Target::Action(collection.name.clone()), right.2),
        ];
        wrong.extend(other_effects.map(|effect| (right.0.clone(), right.1.clone(), effect)));
        for (resource, target, effect) in wrong {
            let policy = Policy::new([(resource.clone(), ResourcePolicy::default())]);
            let shown =
                format!("{} of {} with a permit for {effect} {resource}/{target:?}", kind.as_str(), collection.name);
            let permit =
                policy.permit(suite.caller(Who::Bob), &resource, target, effect).expect("the policy allows everything");
            let answer = suite.call_with(permit, operation.clone(), &crate::context()).await?;
            let is_refused = answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::Internal);
            claim(is_refused, || format!("a permit for something else is refused, yet {shown} gave {answer:?}"))?;
        }
    }
    let before = suite.his.clone();
    suite.unchanged("calls with wrong permits").await?;
    claim(suite.his == before, || format!("calls with wrong permits change nothing in {}", collection.name))
}

fn operation(suite: &mut Suite, collection: &Collection, kind: OperationKind) -> Option<Operation> {
    let own = suite.his.items(collection).iter().find_map(|item| item.identifier.clone());
    Some(match kind {
        OperationKind::List => Operation::List(list(collection, None, vec![])),
        OperationKind::Get => Operation::Get(get(collection, own?)),
        OperationKind::Create => create(collection, suite.sample(Who::Bob, collection)),
        OperationKind::Update => {
            let data = suite.sample_update(Who::Bob, collection).ok()?;
            super::update::update(collection, own?, data)
        }
        OperationKind::Delete => super::delete::delete(collection, own?),
        OperationKind::Aggregate => Operation::Aggregate(connector::Aggregate {
            collection: collection.name.clone(),
            metrics: vec![connector::Metric {
                function: connector::Function::Count,
                field: None,
                name: "count".into(),
            }],
            limit: 1,
            ..connector::Aggregate::default()
        }),
    })
    .filter(|operation| !matches!(operation, Operation::Create(it) if it.data == Map::new()))
}
