use connector::{Action, Invoke, Operation};
use serde_json::{Map, Value};

use super::call::{Suite, Who};
use super::sample::{missing_value, value};
use super::{Check, claim, is_owned};

/// Items of hers whose keys are tried as inputs.
const FOREIGN_MAX: usize = 10;

/// An action has no key in the catalog, so every input that could hold one gets each of hers in turn, and the same
/// with a key of nothing: both must look alike.
pub(super) async fn try_all(suite: &mut Suite, action: &Action) -> Check {
    suite.attempted(&action.name, "invoke");
    // The same number may name an item of his in another collection, which is not hers.
    let his = keys(suite, Who::Bob);
    let hers = keys(suite, Who::Alice);
    for key in hers.into_iter().filter(|key| !his.contains(key)) {
        for (name, _) in inputs(action).into_iter().filter(|(_, schema)| takes(schema, &key)) {
            looks_missing(suite, action, &name, &key).await?;
            beside_his_own(suite, action, &name, &key).await?;
        }
    }
    for name in &action.identity {
        let mut input = required(action, suite.next());
        input.insert(name.clone(), Value::from(suite.subject.alice.id().as_str()));
        suite.attempted(&action.name, "invoke");
        let _ = suite.call(Who::Bob, invoke(action, input)).await?;
    }
    Ok(())
}

/// Values that identify items of one user only.
fn keys(suite: &Suite, who: Who) -> Vec<Value> {
    let mut keys = Vec::new();
    for collection in suite.catalog.collections.iter().filter(|it| is_owned(&it.ownership)) {
        let own = suite.only(who, collection);
        let most = if who == Who::Alice { FOREIGN_MAX } else { usize::MAX };
        let identifiers = own.iter().filter_map(|item| item.identifier.as_ref()).take(most);
        keys.extend(identifiers.flat_map(|identifier| identifier.parts().iter().map(|(_, value)| value.clone())));
    }
    keys
}

/// The action on what is Alice's answers as on what is nobody's.
async fn looks_missing(suite: &mut Suite, action: &Action, name: &str, hers: &Value) -> Check {
    let number = suite.next();
    let missing = missing_value(hers, number);
    let mut answers = Vec::new();
    for key in [hers, &missing] {
        let mut input = required(action, number);
        input.insert(name.to_owned(), key.clone());
        suite.attempted(&action.name, "invoke");
        let answer = suite.call(Who::Bob, invoke(action, input)).await?;
        let shown = match answer {
            Ok(outcome) => outcome.data.map_or(String::new(), |data| data.get().to_owned()),
            Err(error) => format!("{:?} {}", error.kind(), error.message()),
        };
        // An answer may repeat what was asked for.
        answers.push(shown.replace(&key.to_string(), "_"));
    }
    claim(answers[0] == answers[1], || {
        format!(
            "{} with {name}={hers}, which is Alice's, looks to Bob like what is missing, yet one gave {} and the other {}",
            action.name, answers[0], answers[1]
        )
    })
}

/// The same with Bob's own keys as all other inputs: the answers may differ, for the first may change what is his.
async fn beside_his_own(suite: &mut Suite, action: &Action, name: &str, hers: &Value) -> Check {
    let own: Vec<Value> = suite
        .his
        .collections
        .values()
        .flatten()
        .filter_map(|item| item.identifier.clone()?.single().cloned())
        .collect();
    let mut input = required(action, suite.next());
    for (other, schema) in inputs(action) {
        if let Some(key) = own.iter().find(|key| takes(&schema, key)) {
            input.insert(other, key.clone());
        }
    }
    input.insert(name.to_owned(), hers.clone());
    suite.attempted(&action.name, "invoke");
    suite.call(Who::Bob, invoke(action, input)).await.map(drop)
}

fn invoke(action: &Action, input: Map<String, Value>) -> Operation {
    Operation::Invoke(Invoke { action: action.name.clone(), input, answers: None })
}

fn inputs(action: &Action) -> Vec<(String, Value)> {
    let input = action.input.get();
    let properties = input.get("properties").and_then(Value::as_object);
    properties.map_or_else(Vec::new, |it| it.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect())
}

fn takes(schema: &Value, key: &Value) -> bool {
    let wanted = match key {
        Value::String(_) => "string",
        _ => "integer",
    };
    let is_wanted = |kind: &Value| kind == wanted;
    let kind =
        schema.get("type").is_some_and(|it| is_wanted(it) || it.as_array().is_some_and(|it| it.iter().any(is_wanted)));
    kind && schema.get("enum").is_none()
}

fn required(action: &Action, number: u64) -> Map<String, Value> {
    let names = action.input.get().get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let all = inputs(action);
    all.into_iter()
        .filter(|(name, _)| names.iter().any(|it| it == name))
        .map(|(name, schema)| (name, value(&schema, number)))
        .collect()
}
