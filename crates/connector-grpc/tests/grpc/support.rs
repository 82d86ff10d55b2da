//! One resource, two users.

use bellhop_connector_grpc::{Config, Grpc};
use connector::{Caller, Connector, Context, Effect, Error, Invoke, Operation, Outcome};
use serde_json::{Map, Value, json};
use testkit::grpc::{Notes, key};
use upstream::NoSources;

/// The name of the resource.
pub(crate) const NAME: &str = "notes";

/// A resource in use.
pub(crate) struct World {
    pub(crate) resource: Grpc,
    pub(crate) alice: Caller,
    pub(crate) bob: Caller,
}

/// The configuration with these keys, for this server.
pub(crate) fn config(server: &Notes, more: Value) -> Config {
    let mut config = json!({"url": server.url()});
    for (name, value) in more.as_object().into_iter().flatten() {
        config[name] = value.clone();
    }
    serde_json::from_value(config).expect("a configuration")
}

/// Each user's own key, out of a claim.
pub(crate) fn by_key() -> Value {
    json!({"credential": {"claim": "notes"}})
}

pub(crate) async fn user(name: &str) -> Caller {
    testkit::caller_with(name, json!({"notes": key(name)})).await
}

impl World {
    pub(crate) async fn open(server: &Notes, more: Value) -> Self {
        Self::of(config(server, more)).await
    }

    pub(crate) async fn of(config: Config) -> Self {
        let resource = Grpc::connect(NAME, config, &NoSources).await.expect("it connects");
        Self { resource, alice: user("alice").await, bob: user("bob").await }
    }

    pub(crate) fn effect(&self, action: &str) -> Effect {
        self.resource.catalog().action(action).unwrap_or_else(|| panic!("no action {action}")).effect
    }

    pub(crate) async fn outcome(&self, caller: &Caller, action: &str, input: Value) -> Result<Outcome, Error> {
        self.outcome_in(caller, action, input, &testkit::context()).await
    }

    pub(crate) async fn outcome_in(
        &self,
        caller: &Caller,
        action: &str,
        input: Value,
        context: &Context,
    ) -> Result<Outcome, Error> {
        let input: Map<String, Value> = serde_json::from_value(input).expect("an object");
        let operation = Operation::Invoke(Invoke { action: action.to_owned(), input, answers: None });
        let permit = testkit::permit(caller, NAME, &operation, self.effect(action));
        self.resource.execute(permit, operation, context).await
    }

    /// What a call gives.
    pub(crate) async fn call(&self, caller: &Caller, action: &str, input: Value) -> Value {
        data(&self.outcome(caller, action, input).await.unwrap_or_else(|error| panic!("{action}: {error:?}")))
    }

    /// Why a call gives nothing.
    pub(crate) async fn refused(&self, caller: &Caller, action: &str, input: Value) -> Error {
        match self.outcome(caller, action, input).await {
            Err(error) => error,
            Ok(outcome) => panic!("{action} gave {}", data(&outcome)),
        }
    }

    pub(crate) fn input(&self, action: &str) -> Value {
        let catalog = self.resource.catalog();
        Value::Object(catalog.action(action).expect("an action").input.get().as_ref().clone())
    }
}

pub(crate) fn data(outcome: &Outcome) -> Value {
    outcome.data.as_ref().map_or(Value::Null, |data| serde_json::from_str(data.get()).expect("JSON"))
}
