//! Settings of two users, and calls as they make them.

use std::sync::Arc;

use bellhop_connector_settings::{Config, Settings};
use connector::{
    Connector, Create, Delete, Error, ErrorKind, Filter, Get, Identifier, Invoke, List, Operation, Outcome, Sort,
    Start, Update,
};
use serde_json::{Map, Value, json};

pub(crate) const RESOURCE: &str = "prefs";

/// The connector over some engine.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) settings: Arc<Settings>,
}

impl Bench {
    pub(crate) async fn open(config: Config) -> Self {
        let settings = Settings::connect(RESOURCE, config).await.expect("the store can be opened");
        Self { settings: Arc::new(settings) }
    }

    pub(crate) async fn call(&self, user: &str, operation: Operation) -> Result<Outcome, Error> {
        let caller = testkit::caller(user).await;
        let effect = operation.kind().map_or(connector::Effect::Read, connector::OperationKind::effect);
        let permit = testkit::permit(&caller, RESOURCE, &operation, effect);
        self.settings.execute(permit, operation, &testkit::context()).await
    }

    pub(crate) async fn create(&self, user: &str, data: Value) -> Result<Value, Error> {
        let operation =
            Operation::Create(Create { collection: "settings".into(), data: object(data), options: none() });
        self.call(user, operation).await.map(data_of)
    }

    /// Sets what is not set, and gives its revision.
    pub(crate) async fn set(&self, user: &str, key: &str, value: Value) -> String {
        let made = self.create(user, json!({"key": key, "value": value})).await.expect("it can be set");
        made["revision"].as_str().expect("a revision").to_owned()
    }

    pub(crate) async fn get(&self, user: &str, key: &str) -> Result<Value, Error> {
        let (identifier, options) = (self.id(key), none());
        let operation = Operation::Get(Get { collection: "settings".into(), identifier, fields: None, options });
        self.call(user, operation).await.map(data_of)
    }

    /// The value at a key, or the code of the answer.
    pub(crate) async fn value(&self, user: &str, key: &str) -> Value {
        match self.get(user, key).await {
            Ok(item) => item["value"].clone(),
            Err(error) => error.kind().code().into(),
        }
    }

    pub(crate) async fn update(
        &self,
        user: &str,
        key: &str,
        data: Value,
        version: Option<&str>,
    ) -> Result<Value, Error> {
        let (data, options) = (object(data), if_version(version));
        let operation =
            Operation::Update(Update { collection: "settings".into(), identifier: self.id(key), data, options });
        self.call(user, operation).await.map(data_of)
    }

    pub(crate) async fn delete(&self, user: &str, key: &str, version: Option<&str>) -> Result<Outcome, Error> {
        let (identifier, options) = (self.id(key), if_version(version));
        self.call(user, Operation::Delete(Delete { collection: "settings".into(), identifier, options })).await
    }

    pub(crate) async fn history(&self, user: &str, key: &str) -> Result<Value, Error> {
        let input = object(json!({"key": key}));
        self.call(user, Operation::Invoke(Invoke { action: "history".into(), input, answers: None })).await.map(data_of)
    }

    pub(crate) async fn list(&self, user: &str, filters: Value, sort: &[&str], limit: u32, start: Start) -> Outcome {
        let filter = Filter::parse(&filters, self.collection(), Default::default()).expect("a filter");
        let sort = sort
            .iter()
            .map(|term| Sort { field: term.trim_start_matches('-').to_owned(), descending: term.starts_with('-') });
        let operation = Operation::List(List {
            collection: "settings".into(),
            filter,
            sort: sort.collect(),
            fields: None,
            limit,
            start,
            options: none(),
        });
        self.call(user, operation).await.expect("a list")
    }

    /// The keys that a user sees, in order.
    pub(crate) async fn keys(&self, user: &str) -> Vec<String> {
        let outcome = self.list(user, json!({}), &[], 1000, Start::Offset(0)).await;
        keys_of(&outcome)
    }

    pub(crate) fn id(&self, key: &str) -> Identifier {
        Identifier::parse(&key.into(), self.collection()).expect("an identifier")
    }

    pub(crate) fn description(&self) -> String {
        self.collection().description.clone().unwrap_or_default()
    }

    fn collection(&self) -> &'static connector::Collection {
        // A catalog of a test lives as long as the test.
        let catalog: &'static connector::Catalog = Box::leak(Box::new((*self.settings.catalog()).clone()));
        catalog.collection("settings").expect("the collection")
    }
}

pub(crate) fn keys_of(outcome: &Outcome) -> Vec<String> {
    let data: Value = serde_json::from_str(outcome.data.as_ref().expect("data").get()).expect("JSON");
    let keys = data.as_array().expect("a list").iter();
    keys.map(|item| item["key"].as_str().expect("a key").to_owned()).collect()
}

fn data_of(outcome: Outcome) -> Value {
    outcome.data.map_or(Value::Null, |data| serde_json::from_str(data.get()).expect("JSON"))
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("an object, not {other}"),
    }
}

fn none() -> Map<String, Value> {
    Map::new()
}

fn if_version(version: Option<&str>) -> Map<String, Value> {
    version.map(|version| ("if_version".to_owned(), version.into())).into_iter().collect()
}

pub(crate) fn kind<T: std::fmt::Debug>(answer: Result<T, Error>) -> ErrorKind {
    answer.expect_err("it fails").kind()
}

pub(crate) async fn memory() -> ((), Config) {
    ((), Config::at("memory:"))
}

/// A server of its own that wants a password, and an account that may do no more than `docs/settings.md` asks for.
pub(crate) async fn redis() -> (testkit::redis::Redis, Config) {
    let server = testkit::redis::Redis::with(
        "user bellhop on >the-secret ~bellhop:prefs:* -@all +@read +@write +@scripting +@connection\n",
    )
    .await;
    let config = Config::at(format!("redis://bellhop:the-secret@127.0.0.1:{}/0", server.port()));
    (server, config)
}

pub(crate) async fn nats() -> (testkit::nats::Nats, Config) {
    let server = testkit::nats::Nats::with(
        r#"authorization { users: [{ user: bellhop, password: "the-secret", permissions: {
            publish: ["$JS.API.STREAM.*.KV_bellhop", "$JS.API.STREAM.MSG.GET.KV_bellhop", "$JS.API.CONSUMER.*.KV_bellhop",
                "$JS.API.CONSUMER.*.KV_bellhop.>", "$JS.API.CONSUMER.MSG.NEXT.KV_bellhop.>", "$KV.bellhop.>"],
            subscribe: ["_INBOX.>"] } }] }"#,
    )
    .await;
    let config = Config::at(format!("nats://bellhop:the-secret@127.0.0.1:{}", server.port()));
    (server, config)
}
