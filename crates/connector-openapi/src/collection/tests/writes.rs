use connector::{Create, Delete, ErrorKind, Get, Operation, OperationKind, Update};
use serde_json::{Map, Value, json};

use super::fake::{Answer, Fake, Sent};
use super::{api, collections, declared, identifier, item, lists, named, run};
use crate::api::Api;

fn with(mut document: Value, path: &str, method: &str, body: Value) -> Value {
    let parameters = if path.ends_with('}') {
        json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}])
    } else {
        json!([])
    };
    document["paths"][path][method] = json!({"parameters": parameters,
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": item()}}}}});
    document
}

fn data(pairs: Value) -> Map<String, Value> {
    pairs.as_object().unwrap().clone()
}

fn writable() -> Value {
    json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "done": {"type": "boolean"}}})
}

fn update(api: &Api, id: u64, values: Value) -> Operation {
    let all = collections(api);
    Operation::Update(Update {
        collection: "things".into(),
        identifier: identifier(&named(&all, "things").collection, id.into()),
        data: data(values),
        options: Map::new(),
    })
}

#[tokio::test]
async fn what_is_created_is_shown_with_its_identifier() {
    let api = api(with(lists("/things", &[], super::array()), "/things", "post", writable()));
    let all = collections(&api);
    let rest = named(&all, "things");
    let field = |name: &str| rest.collection.field(name).unwrap().clone();
    assert_eq!((field("name").required, field("name").creatable, field("id").creatable), (true, true, false));
    let fake =
        Fake::new(|_| Answer { status: 201, ..Answer::ok(json!({"id": 5, "name": "new", "done": false, "extra": 1})) });
    let create = Create {
        collection: "things".into(),
        data: data(json!({"name": "new", "done": "false"})),
        options: Map::new(),
    };
    let outcome = run(&api, rest, &fake, Operation::Create(create.clone())).await.unwrap();
    assert_eq!(outcome.id, Some(json!(5)));
    assert_eq!(outcome.data.unwrap().get(), r#"{"id":5,"name":"new","done":false}"#);
    assert_eq!(Value::from(fake.sent.lock().unwrap()[0].input.clone()), json!({"name": "new", "done": false}));
    // Nothing but the place where it is.
    let fake = Fake::new(|sent: &Sent| match sent.method.as_str() {
        "POST" => Answer { status: 201, ..Answer::ok(Value::Null) }.with("location", "https://x/things/7?y".into()),
        _ => Answer::ok(json!({"id": sent.number("id"), "name": "new"})),
    });
    let outcome = run(&api, rest, &fake, Operation::Create(create)).await.unwrap();
    assert_eq!((outcome.id, outcome.data.unwrap().get()), (Some(json!("7")), r#"{"id":7,"name":"new"}"#));
}

#[tokio::test]
async fn a_patch_changes_only_what_is_given() {
    let document = with(lists("/things", &[], super::array()), "/things/{id}", "put", writable());
    let api = api(with(document, "/things/{id}", "patch", writable()));
    let all = collections(&api);
    let fake = Fake::new(|_| Answer::ok(json!({"id": 3, "name": "b", "done": true})));
    let outcome = run(&api, named(&all, "things"), &fake, update(&api, 3, json!({"name": "b"}))).await.unwrap();
    assert_eq!(outcome.id, Some(json!(3)));
    let sent = fake.sent.lock().unwrap();
    assert_eq!((sent.len(), sent[0].method.as_str()), (1, "PATCH"));
    assert_eq!(Value::from(sent[0].input.clone()), json!({"id": 3, "name": "b"}));
}

#[tokio::test]
async fn a_put_sends_the_rest_again_and_only_if_nothing_changed_meanwhile() {
    let api = api(with(lists("/things", &[], super::array()), "/things/{id}", "put", writable()));
    let all = collections(&api);
    let fake = Fake::new(|sent| match sent.method.as_str() {
        "GET" => Answer::ok(json!({"id": 3, "name": "a", "done": true})).with("etag", "\"v1\"".into()),
        _ => Answer { status: 204, ..Answer::ok(Value::Null) },
    });
    run(&api, named(&all, "things"), &fake, update(&api, 3, json!({"name": "b"}))).await.unwrap();
    let sent = fake.sent.lock().unwrap();
    assert_eq!(Value::from(sent[1].input.clone()), json!({"id": 3, "name": "b", "done": true}));
    assert_eq!(sent[1].headers["if-match"], "\"v1\"");
}

#[test]
fn a_put_that_takes_what_nobody_can_read_is_no_update() {
    let mut body = writable();
    body["properties"]["pin"] = json!({"type": "string"});
    let api = api(with(lists("/things", &[], super::array()), "/things/{id}", "put", body));
    let all = collections(&api);
    assert!(!named(&all, "things").collection.operations.contains(&OperationKind::Update));
}

#[tokio::test]
async fn what_is_denied_and_what_is_missing_are_told_alike() {
    let document = with(lists("/things", &[], super::array()), "/things/{id}", "patch", writable());
    let mut document = document;
    document["paths"]["/things/{id}"]["delete"] = json!({"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}], "responses": {"204": {"description": ""}}});
    let api = api(document);
    let all = collections(&api);
    let rest = named(&all, "things");
    let id = |id: u64| identifier(&rest.collection, id.into());
    // 1 is missing, 2 is another's, 3 may be seen and not changed.
    let fake = Fake::new(|sent| match (sent.number("id"), sent.method.as_str()) {
        (Some(1), _) => Answer { status: 404, ..Answer::ok(json!({})) },
        (Some(3), "GET") => Answer::ok(json!({"id": 3})),
        _ => Answer { status: 403, ..Answer::ok(json!({})) },
    });
    let mut told = Vec::new();
    for number in [1, 2, 3] {
        let get = Get { collection: "things".into(), identifier: id(number), fields: None, options: Map::new() };
        let delete = Delete { collection: "things".into(), identifier: id(number), options: Map::new() };
        for operation in [Operation::Get(get), update(&api, number, json!({"name": "x"})), Operation::Delete(delete)] {
            let answer = run(&api, rest, &fake, operation).await;
            told.push(answer.map(|_| ()).map_err(|it| (it.kind(), it.message().to_owned())));
        }
    }
    let missing = Err((ErrorKind::NotFound, "There is no such item in things.".to_owned()));
    assert_eq!(told[..6], vec![missing; 6]);
    assert!(told[6].is_ok());
    assert!(told[7..].iter().all(|it| it.as_ref().is_err_and(|it| it.0 == ErrorKind::PermissionDenied)), "{told:?}");
}

#[tokio::test]
async fn a_declared_collection_has_the_fields_that_configuration_gives_it() {
    let open = json!({"type": "object", "additionalProperties": {}});
    let record = json!({"type": "object", "properties": {"data": open, "permissions": {"type": "object"}}});
    let path = "/buckets/{bucket_id}/collections/{collection_id}/records";
    let parameter = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    let outer = [parameter("bucket_id"), parameter("collection_id")];
    let answer =
        |schema: &Value| json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}});
    let body = json!({"required": true, "content": {"application/json": {"schema": record}}});
    let all = json!({"type": "object", "properties": {"data": {"type": "array", "items": open}}});
    let api = api(json!({"openapi": "3.0.3", "info": {"title": "kinto", "version": "1"}, "paths": {
        path: {"parameters": outer, "get": {"responses": answer(&all)}, "post": {"requestBody": body, "responses": answer(&record)}},
        format!("{path}/{{id}}"): {"parameters": [outer[0], outer[1], parameter("id")],
            "get": {"responses": answer(&record)}, "patch": {"requestBody": body, "responses": answer(&record)}, "delete": {"responses": answer(&record)}}}}));
    let rests = declared(
        &api,
        json!({"articles": {"path": path, "set": {"bucket_id": "default", "collection_id": "articles"},
        "fields": {"title": "string", "stars": {"type": "integer"}}, "required": ["title"]}}),
    );
    let rest = named(&rests, "articles");
    assert_eq!(rest.collection.operations.len(), 5);
    assert_eq!(rest.collection.key, ["id"]);
    assert!(rest.collection.parameters.is_empty(), "{:?}", rest.collection.parameters);
    let fake = Fake::new(|_| Answer::ok(json!({"data": {"id": "r1", "title": "t", "more": 1}, "permissions": {}})));
    let create = Create { collection: "articles".into(), data: data(json!({"title": "t"})), options: Map::new() };
    let outcome = run(&api, rest, &fake, Operation::Create(create)).await.unwrap();
    assert_eq!((outcome.id, outcome.data.unwrap().get()), (Some(json!("r1")), r#"{"id":"r1","title":"t","more":1}"#));
    let sent = fake.sent.lock().unwrap();
    assert_eq!(
        Value::from(sent[0].input.clone()),
        json!({"bucket_id": "default", "collection_id": "articles", "data": {"title": "t"}})
    );
}
