//! Arguments made from our own schemas, sent by the connector to a server that checks every request against the
//! document it came from.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod generate;
mod known;
mod leaves;
mod peer;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use access::Effect;
use bellhop_connector_openapi::{Config, OpenApi};
use connector::{Connector, Invoke, Operation};
use futures::{StreamExt, stream};
use serde_json::{Map, Value};
use upstream::NoSources;

use generate::{Breadth, arguments};
use peer::{Document, Peer};

/// How many operations of each document are tried.
const OPERATIONS_PER_DOCUMENT: usize = 16;
/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// What became of one document's operations.
#[derive(Debug, Default)]
struct Outcome {
    accepted: usize,
    /// What went wrong, by operation as `known` names it.
    failed: BTreeMap<String, String>,
}

#[tokio::test]
async fn requests_made_from_our_schemas_are_accepted() {
    let peer = Peer::start(OPERATIONS_PER_DOCUMENT).await;
    let caller = testkit::caller("alice").await;
    let (mut accepted, mut operations, mut failed) = (0, 0, BTreeMap::new());
    println!("{:<24} {:>10} {:>10} {:>8}", "document", "operations", "requests", "failed");
    for document in &peer.documents {
        let outcome = run(document, &caller).await;
        let (good, bad) = (outcome.accepted, outcome.failed.len());
        println!("{:<24} {:>10} {:>10} {bad:>8}", document.name, document.operations.len(), good + bad);
        accepted += good;
        operations += document.operations.len();
        failed.extend(outcome.failed.into_iter().map(|(what, why)| (format!("{} {what}", document.name), why)));
    }
    println!("{:<24} {operations:>10} {:>10} {:>8}", "all", accepted + failed.len(), failed.len());
    let known: BTreeSet<String> = known::LIMITS.iter().map(|(what, _)| (*what).to_owned()).collect();
    let surprises: Vec<_> = failed.iter().filter(|(what, _)| !known.contains(*what)).collect();
    assert!(surprises.is_empty(), "{surprises:#?}");
    let mended: Vec<_> = known.iter().filter(|what| !failed.contains_key(*what)).collect();
    assert!(mended.is_empty(), "these are accepted now: take them from the table: {mended:#?}");
    assert!(peer.documents.len() >= 20 && operations >= 280, "{operations} operations are too few");
}

async fn run(document: &Document, caller: &access::Caller) -> Outcome {
    let config = Config { url: Some(document.url.clone()), shared: true, ..Config::new(document.file.clone()) };
    let api = OpenApi::connect("api", config, &NoSources).await.expect("the document can be read");
    let catalog = api.catalog();
    let mut outcome = Outcome::default();
    let mut calls = Vec::new();
    for (name, shown) in &document.operations {
        let Some(action) = catalog.actions.iter().find(|action| action.name == *name) else {
            outcome.failed.insert(shown.clone(), "it is not offered".to_owned());
            continue;
        };
        let (schema, places) = (Value::Object((*action.input.get()).clone()), document.places(name));
        for breadth in [Breadth::Required, Breadth::All] {
            let what = format!("{shown} ({})", breadth.word());
            match arguments(&schema, &places, breadth) {
                Some(input) => calls.push((what, name.clone(), input, action.effect)),
                None => drop(outcome.failed.insert(what, "no arguments were found that fit its schema".to_owned())),
            }
        }
    }
    let api = &api;
    let mut answers = stream::iter(calls)
        .map(|(what, name, input, effect)| async move { (what, call(api, caller, &name, input, effect).await) })
        .buffer_unordered(AT_ONCE);
    while let Some((what, answer)) = answers.next().await {
        match answer {
            Ok(()) => outcome.accepted += 1,
            Err(why) => drop(outcome.failed.insert(what, why)),
        }
    }
    outcome
}

/// `Err` says why the server did not take it, or read something else than was meant.
async fn call(
    api: &OpenApi,
    caller: &access::Caller,
    name: &str,
    input: Map<String, Value>,
    effect: Effect,
) -> Result<(), String> {
    let operation = Operation::Invoke(Invoke { action: name.to_owned(), input: input.clone(), answers: None });
    let permit = testkit::permit(caller, "api", &operation, effect);
    let sent = || Value::Object(input.clone());
    let outcome = api.execute(permit, operation, &testkit::context()).await;
    let outcome = outcome.map_err(|error| format!("{error}: {}", sent()))?;
    let Some(data) = outcome.data else { return Ok(()) };
    let seen: Value = serde_json::from_str(data.get()).map_err(|error| error.to_string())?;
    if seen["operation"] != name {
        return Err(format!("another operation was reached: {}", seen["operation"]));
    }
    let missing = leaves::missing(&sent(), &seen);
    if missing.is_empty() { Ok(()) } else { Err(format!("the server did not read {missing:?} of {}: {seen}", sent())) }
}
