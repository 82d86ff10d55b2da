//! What a model and a document can do to where calls go: nothing. The client's own tests are in `upstream`; here the same
//! strings go the whole way, from an action's arguments and from every place of a document that holds an address.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod arguments;
mod documents;
mod redirecting;

use bellhop_connector_openapi::{Config, OpenApi};
use connector::{Connector, Invoke, Operation, Outcome, Result};
use serde_json::{Value, json};

/// An API of this document, everybody's.
async fn api(document: &Value, url: Option<String>) -> Result<OpenApi> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    std::fs::write(&path, document.to_string()).unwrap();
    connect(Config { url, ..Config::new(path.to_string_lossy()) }).await
}

async fn connect(mut config: Config) -> Result<OpenApi> {
    config.shared = true;
    config.http.timeout_ms = 2_000;
    config.http.connect_timeout_ms = 500;
    config.http.retries = 0;
    config.http.breaker_failures = 0;
    OpenApi::connect("things", config, &upstream::NoSources).await
}

async fn call(api: &OpenApi, action: &str, input: Value) -> Result<Outcome> {
    let Value::Object(input) = input else { panic!("{input}") };
    let effect = api.catalog().action(action).map_or(access::Effect::Read, |action| action.effect);
    let operation = Operation::Invoke(Invoke { action: action.to_owned(), input, answers: None });
    let permit = testkit::permit(&testkit::caller("alice").await, "things", &operation, effect);
    api.execute(permit, operation, &testkit::context()).await
}

fn document(paths: Value) -> Value {
    json!({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": paths})
}

fn answers() -> Value {
    json!({"200": {"description": "ok", "content": {"application/json": {"schema": {}}}}})
}
