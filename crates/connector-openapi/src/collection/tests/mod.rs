//! Collections of documents in the shape of real ones, over an API that is played here: what is sent and what is made
//! of answers is looked at, not the wire.

mod fake;
mod find;
mod next;
mod paging;
mod writes;

use connector::{Collection, Identifier, List, Operation, Outcome, Ownership, Result, Start};
use serde_json::{Map, Value, json};

use super::{Rest, Settings, find as find_all};
use crate::api::Api;
use crate::read::document::Documents;
use fake::Fake;

/// What a document says.
fn api(document: Value) -> Api {
    let documents = Documents::new(document, None);
    crate::read::api("test", &documents, &crate::Config::default()).unwrap()
}

/// Its collections where every call is its caller's own and nothing is bound.
fn collections(api: &Api) -> Vec<Rest> {
    declared(api, json!({}))
}

/// The same with collections that a configuration names.
fn declared(api: &Api, declared: Value) -> Vec<Rest> {
    let declared = serde_json::from_value(declared).unwrap();
    let settings = Settings {
        declared: &declared,
        conventions: true,
        ownership: &|_| Some(Ownership::Owned { by: "test".into() }),
        is_bound: &|_, _| false,
        is_bound_field: &|_| false,
    };
    find_all(api, &settings).collections
}

fn named<'r>(all: &'r [Rest], name: &str) -> &'r Rest {
    let names: Vec<_> = all.iter().map(|it| it.collection.name.as_str()).collect();
    all.iter().find(|it| it.collection.name == name).unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

/// A path that lists, with its parameters and what it answers.
fn lists(path: &str, parameters: &[&str], answer: Value) -> Value {
    let parameters: Vec<Value> = parameters
        .iter()
        .map(|it| {
            let (name, kind) = it.split_once(':').unwrap_or((it, "string"));
            json!({"name": name, "in": "query", "schema": {"type": kind}})
        })
        .collect();
    let get = json!({"parameters": parameters, "responses": {"200": {"description": "", "content": {"application/json": {"schema": answer}}}}});
    let one = json!({"get": {"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": item()}}}}}});
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {path: {"get": get}, format!("{path}/{{id}}"): one}})
}

fn item() -> Value {
    json!({"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "done": {"type": "boolean"}}})
}

fn array() -> Value {
    json!({"type": "array", "items": item()})
}

fn envelope(name: &str) -> Value {
    json!({"type": "object", "properties": {name: array(), "meta": {"type": "object"}}})
}

fn list(limit: u32, start: Start) -> List {
    List { collection: "things".into(), filter: None, sort: vec![], fields: None, limit, start, options: Map::new() }
}

async fn run(api: &Api, rest: &Rest, fake: &Fake, operation: Operation) -> Result<Outcome> {
    super::execute(api, rest, fake, &operation, &connector::Context::new("test", 1 << 20)).await
}

/// The ids of a page and the rest of its outcome.
fn ids(outcome: &Outcome) -> Vec<u64> {
    let data: Value = serde_json::from_str(outcome.data.as_ref().unwrap().get()).unwrap();
    data.as_array().unwrap().iter().map(|it| it["id"].as_u64().unwrap()).collect()
}

/// All ids, page by page, each page full but the last.
async fn walk(api: &Api, rest: &Rest, fake: &Fake, limit: u32) -> Vec<u64> {
    let (mut all, mut start) = (Vec::new(), Start::Offset(0));
    for _ in 0..200 {
        let outcome = run(api, rest, fake, Operation::List(list(limit, start))).await.unwrap();
        let page = ids(&outcome);
        assert!(page.len() <= limit as usize, "{page:?}");
        all.extend(&page);
        if outcome.has_more != Some(true) {
            return all;
        }
        assert_eq!(page.len(), limit as usize, "a page before the last is full");
        start = Start::After(outcome.next.unwrap());
    }
    panic!("it never ends: {all:?}");
}

fn identifier(collection: &Collection, id: Value) -> Identifier {
    Identifier::parse(&id, collection).unwrap()
}
