//! A GraphQL API with users who call it.

use std::path::Path;
use std::sync::Arc;

use access::Caller;
use bellhop_connector_graphql::{Config, Graphql};
use connector::{Action, Catalog, Connector, Error, Invoke, Operation, Outcome, Result};
use serde_json::{Value, json};
use testkit::graphql::{GraphqlServer, key};
use upstream::NoSources;

pub(crate) struct World {
    pub(crate) server: GraphqlServer,
    pub(crate) api: Graphql,
    pub(crate) alice: Caller,
    pub(crate) bob: Caller,
}

/// A caller whose token holds their key.
pub(crate) async fn user(name: &str) -> Caller {
    testkit::caller_with(name, json!({"key": key(name)})).await
}

/// The way in which most APIs are called: each user's own key as a bearer token.
pub(crate) fn keyed(server: &GraphqlServer) -> Value {
    json!({"url": server.url(), "credential": {"claim": "key"}})
}

pub(crate) fn config(base: &Value, more: Value) -> Config {
    let mut all = base.as_object().cloned().unwrap();
    all.extend(more.as_object().cloned().unwrap());
    serde_json::from_value(Value::Object(all)).unwrap()
}

pub(crate) async fn connect(config: Config) -> Result<Graphql> {
    Graphql::connect("notes", config, &NoSources).await
}

impl World {
    /// Each with their key, and with some notes.
    pub(crate) async fn new(more: Value) -> Self {
        let server = GraphqlServer::start().await;
        let config = config(&keyed(&server), more);
        Self::with(server, config).await
    }

    pub(crate) async fn with(server: GraphqlServer, config: Config) -> Self {
        for user in ["alice", "bob"] {
            let notes: Vec<_> = (1..=4).map(|nth| note(user, nth)).collect();
            server.put(user, &notes).await;
        }
        let api = connect(config).await.unwrap();
        Self { server, api, alice: user("alice").await, bob: user("bob").await }
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        self.api.catalog()
    }

    pub(crate) fn action(&self, name: &str) -> Action {
        let catalog = self.catalog();
        catalog.action(name).cloned().unwrap_or_else(|| panic!("{name} is closed: {:?}", catalog.hidden))
    }

    pub(crate) fn input(&self, name: &str) -> Value {
        Value::Object(self.action(name).input.get().as_ref().clone())
    }

    /// Names of what is offered.
    pub(crate) fn offered(&self) -> Vec<String> {
        let mut names: Vec<_> = self.catalog().actions.iter().map(|action| action.name.clone()).collect();
        names.sort();
        names
    }

    pub(crate) async fn call(&self, caller: &Caller, action: &str, input: Value) -> Result<Outcome> {
        call(&self.api, caller, action, input).await
    }

    /// The data of a call that succeeds without a notice.
    pub(crate) async fn data(&self, caller: &Caller, action: &str, input: Value) -> Value {
        let outcome = self.call(caller, action, input).await.unwrap();
        assert_eq!(outcome.notices, Vec::<String>::new());
        data(&outcome)
    }

    pub(crate) async fn refused(&self, caller: &Caller, action: &str, input: Value) -> Error {
        match self.call(caller, action, input.clone()).await {
            Err(error) => error,
            Ok(outcome) => panic!("{action} {input} gave {outcome:?}"),
        }
    }
}

pub(crate) async fn call(api: &Graphql, caller: &Caller, action: &str, input: Value) -> Result<Outcome> {
    let Value::Object(input) = input else { panic!("{input}") };
    let effect = api.catalog().action(action).map_or(access::Effect::Read, |action| action.effect);
    let operation = Operation::Invoke(Invoke { action: action.to_owned(), input, answers: None });
    let permit = testkit::permit(caller, "notes", &operation, effect);
    api.execute(permit, operation, &testkit::context()).await
}

pub(crate) fn data(outcome: &Outcome) -> Value {
    serde_json::from_str(outcome.data.as_ref().unwrap().get()).unwrap()
}

pub(crate) fn note(user: &str, nth: u32) -> Value {
    json!({"id": format!("{user}-{nth}"), "title": format!("{user} {nth}"), "text": format!("words of {user}"),
        "state": if nth == 2 { "DONE" } else { "OPEN" }, "tags": ["a"]})
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}
