use std::time::{Duration, Instant};

use connector::{OperationKind, Ownership};
use serde_json::{Value, json};

use super::{api, array, collections, envelope, item, lists, named};
use crate::collection::{Settings, find as find_all};

fn parameter(name: &str, place: &str) -> Value {
    json!({"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}})
}

fn answers(schema: Value) -> Value {
    json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}})
}

#[test]
fn an_item_s_fields_are_told_as_the_document_tells_them() {
    let schema = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string", "readOnly": true},
        "email": {"type": ["string", "null"], "description": "Where mail goes."},
        "plan": {"anyOf": [{"$ref": "#/components/schemas/Plan"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "password": {"type": "string", "writeOnly": true},
        "address": {"$ref": "#/components/schemas/Address"}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"User": schema, "Plan": {"type": "string", "enum": ["free", "paid"]},
            "Address": {"type": "object", "properties": {"street": {"type": "string"}, "of": {"$ref": "#/components/schemas/User"}}}}},
        "paths": {
            "/users": {
                "get": {"parameters": [parameter("plan", "query"), parameter("q", "query"), parameter("limit", "query")],
                    "responses": answers(json!({"type": "array", "items": {"$ref": "#/components/schemas/User"}}))},
                "post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}},
                    "responses": answers(json!({"$ref": "#/components/schemas/User"}))}},
            "/users/{user_id}": {"parameters": [parameter("user_id", "path")],
                "get": {"responses": answers(json!({"$ref": "#/components/schemas/User"}))}}}});
    let api = api(document);
    let all = collections(&api);
    let users = &named(&all, "users").collection;
    assert_eq!(users.key, ["id"]);
    let of = |name: &str| {
        let it = users.field(name).unwrap_or_else(|| panic!("no {name}"));
        let flags =
            [(it.listed, 'l'), (it.filterable, 'f'), (it.creatable, 'c'), (it.nullable, 'n'), (it.required, 'r')];
        flags.iter().filter(|(is, _)| *is).map(|(_, flag)| *flag).collect::<String>()
    };
    let all: Vec<(&str, String)> = ["id", "email", "plan", "tags", "password", "address"].map(|it| (it, of(it))).into();
    let wanted =
        [("id", "lf"), ("email", "lfcn"), ("plan", "lfcn"), ("tags", "lc"), ("password", "c"), ("address", "lc")];
    assert_eq!(all, wanted.map(|(name, flags)| (name, flags.to_owned())));
    assert_eq!(users.field("plan").unwrap().schema["enum"], json!(["free", "paid"]));
    let options: Vec<_> = users.parameters[&OperationKind::List].iter().map(|it| it.name.as_str()).collect();
    assert_eq!(options, ["q"]);
    assert!(!serde_json::to_string(users).unwrap().contains("$ref"));
}

#[test]
fn what_lists_nothing_is_no_collection() {
    for (path, answer) in [
        ("/things", json!({"type": "string"})),
        ("/things", json!({"type": "array", "items": {"type": "string"}})),
        ("/status", array()),
        ("/things/findByName", array()),
        ("/user", json!({"type": "object", "properties": {"name": {"type": "string"}, "emails": array()}})),
    ] {
        let mut document = lists(path, &[], answer.clone());
        document["paths"].as_object_mut().unwrap().retain(|name, _| !name.ends_with('}'));
        let api = api(document);
        assert!(collections(&api).is_empty(), "{path} {answer}");
    }
}

#[test]
fn outer_parameters_are_given_by_the_caller_of_the_tool_or_bound() {
    let path = "/users/{user_id}/posts";
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
        path: {"parameters": [parameter("user_id", "path")], "get": {"responses": answers(envelope("posts"))}},
        format!("{path}/{{post_id}}"): {"parameters": [parameter("user_id", "path"), parameter("post_id", "path")],
            "get": {"responses": answers(item())}, "delete": {"responses": {"204": {"description": ""}}}}}});
    let api = api(document);
    let all = collections(&api);
    let posts = &named(&all, "posts").collection;
    for kind in [OperationKind::List, OperationKind::Get, OperationKind::Delete] {
        let options: Vec<_> = posts.parameters[&kind].iter().map(|it| (it.name.as_str(), it.required)).collect();
        assert_eq!(options, [("user_id", true)], "{kind:?}");
    }
    let settings = Settings {
        declared: &Default::default(),
        conventions: true,
        ownership: &|_| Some(Ownership::Owned { by: "user_id".into() }),
        is_bound: &|_, it| it.name == "user_id",
        is_bound_field: &|name| name == "user_id",
    };
    let bound = find_all(&api, &settings).collections;
    assert!(named(&bound, "posts").collection.parameters.is_empty());
    let closed = Settings { ownership: &|_| None, ..settings };
    assert!(find_all(&api, &closed).collections.is_empty());
}

#[test]
fn an_operation_that_is_not_what_its_method_says_is_left_out() {
    let mut document = lists("/things", &[], array());
    document["paths"]["/things"]["post"] = json!({"operationId": "search",
        "requestBody": {"content": {"application/json": {"schema": item()}}}, "responses": answers(item())});
    let mut api = api(document);
    let kinds = |api: &_| named(&collections(api), "things").collection.operations.len();
    assert_eq!(kinds(&api), 3);
    for operation in api.operations.iter_mut().filter(|it| it.method == http::Method::POST) {
        operation.effect = access::Effect::Read;
    }
    assert_eq!(kinds(&api), 2);
}

#[test]
fn many_paths_take_no_time() {
    let mut paths = serde_json::Map::new();
    for nth in 0..5_000 {
        let one = lists(&format!("/group{nth}/things"), &["page:integer"], array());
        paths.extend(one["paths"].as_object().unwrap().clone());
    }
    let api = api(json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}));
    let before = Instant::now();
    let all = collections(&api);
    assert_eq!(all.len(), 400);
    assert!(before.elapsed() < Duration::from_secs(3), "{:?}", before.elapsed());
    let names: std::collections::BTreeSet<_> = all.iter().map(|it| &it.collection.name).collect();
    assert_eq!(names.len(), 400);
}
