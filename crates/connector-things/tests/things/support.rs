use std::path::PathBuf;

use access::{Caller, Effect};
use bellhop_connector_things::{Config, Several, Things};
use connector::{Connector, Error, ErrorKind, Get, Identifier, Invoke, List, Operation, Outcome, Start};
use serde_json::{Map, Value};
use upstream::NoSources;

/// The resource's name.
pub(crate) const HOME: &str = "home";

/// Where this test's descriptions are.
pub(crate) fn described(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/things/descriptions").join(name).display().to_string()
}

/// Alice's lamp, Bob's lamp, and a thermostat of each of theirs.
pub(crate) fn config() -> Config {
    let owners = [("urn:dev:alice-lamp", "alice"), ("urn:dev:bob-lamp", "bob")];
    Config {
        descriptions: vec![described("")],
        owners: owners.map(|(thing, user)| (thing.to_owned(), Several::One(user.to_owned()))).into(),
        ..Config::default()
    }
}

pub(crate) async fn home(config: Config) -> Things {
    Things::connect(HOME, config, &NoSources).await.expect("the descriptions are good")
}

/// One user at one resource.
pub(crate) struct User<'a> {
    pub(crate) things: &'a Things,
    pub(crate) caller: Caller,
}

pub(crate) async fn user<'a>(things: &'a Things, id: &str) -> User<'a> {
    User { things, caller: testkit::caller(id).await }
}

impl User<'_> {
    pub(crate) async fn execute(&self, operation: Operation) -> Result<Outcome, Error> {
        let effect = match &operation {
            Operation::Invoke(it) => self.things.catalog().action(&it.action).map_or(Effect::Read, |it| it.effect),
            _ => Effect::Read,
        };
        let permit = testkit::permit(&self.caller, HOME, &operation, effect);
        self.things.execute(permit, operation, &testkit::context()).await
    }

    pub(crate) async fn invoke(&self, action: &str, input: Value) -> Result<Value, Error> {
        let Value::Object(input) = input else { panic!("inputs are an object") };
        self.execute(Operation::Invoke(Invoke { action: action.into(), input, answers: None }))
            .await
            .map(|it| data(&it))
    }

    /// The error, as its code and sentence.
    pub(crate) async fn refused(&self, action: &str, input: Value) -> (ErrorKind, String) {
        let error = self.invoke(action, input.clone()).await.expect_err(&format!("{action} {input} is refused"));
        (error.kind(), error.message().to_owned())
    }

    pub(crate) async fn list(&self) -> Vec<Value> {
        let list = List {
            collection: "things".into(),
            filter: None,
            sort: Vec::new(),
            fields: None,
            limit: 100,
            start: Start::Offset(0),
            options: Map::new(),
        };
        let outcome = self.execute(Operation::List(list)).await.expect("things can be listed");
        data(&outcome).as_array().expect("a list").clone()
    }

    pub(crate) async fn get(&self, id: &str) -> Result<Value, Error> {
        let catalog = self.things.catalog();
        let collection = catalog.collection("things").expect("there are things");
        let identifier = Identifier::parse(&id.into(), collection).expect("an id is an identifier");
        let get = Get { collection: "things".into(), identifier, fields: None, options: Map::new() };
        self.execute(Operation::Get(get)).await.map(|it| data(&it))
    }
}

pub(crate) fn data(outcome: &Outcome) -> Value {
    outcome.data.as_ref().map_or(Value::Null, |data| serde_json::from_str(data.get()).expect("data is JSON"))
}
