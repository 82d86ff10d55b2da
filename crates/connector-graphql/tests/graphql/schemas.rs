//! GitHub's whole schema, and schemas that mean harm.

use std::path::PathBuf;

use connector::Connector;
use serde_json::{Map, Value, json};
use testkit::Recorder;
use testkit::graphql::{GraphqlServer, validate};

use crate::world::{World, call, config, connect, keyed, user, write};

fn github(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let found = test.ancestors().map(|folder| folder.join("peers/graphql_schemas").join(name)).find(|it| it.exists());
    found.expect("the schemas are missing: run `cargo xtask install`")
}

/// Something that fits a schema, for every argument that must be given.
fn sample(schema: &Value, definitions: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(&definitions[name.trim_start_matches("#/$defs/")], definitions);
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let pairs = required.iter().map(|name| {
                let name = name.as_str().unwrap();
                (name.to_owned(), sample(&schema["properties"][name], definitions))
            });
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Some("array") => json!([sample(&schema["items"], definitions)]),
        Some("integer") => json!(1),
        Some("number") => json!(1.5),
        Some("boolean") => json!(true),
        _ => json!("x"),
    }
}

/// Calls every action with every argument, and lets graphql-js validate what was sent.
async fn all_documents_are_valid(file: &str) -> usize {
    let recorder = Recorder::answering(|_| (200, json!({"data": {"x": 1}}))).await;
    let base = json!({"url": recorder.url(), "shared": true});
    let api = connect(config(&base, json!({"schema": github(file)}))).await.unwrap();
    let alice = user("alice").await;
    let catalog = api.catalog();
    let mut documents = Vec::new();
    for action in &catalog.actions {
        let input = Value::Object(action.input.get().as_ref().clone());
        assert!(input.to_string().len() < 48 << 10, "{}: {} bytes", action.name, input.to_string().len());
        let all = input["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != "fields");
        let all = all.map(|(name, schema)| (name.clone(), sample(schema, &input["$defs"])));
        call(&api, &alice, &action.name, Value::Object(all.collect())).await.unwrap();
        let body = recorder.only().json();
        let document = body["query"].as_str().unwrap();
        assert!(document.matches(' ').count() < 600, "{}: {document}", action.name);
        documents.push(document.to_owned());
    }
    let wrong = validate(&github(file), &documents).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    catalog.actions.len()
}

#[tokio::test]
async fn every_operation_over_githubs_schema_is_valid() {
    for file in ["github.graphql", "github.json"] {
        let actions = all_documents_are_valid(file).await;
        assert!(actions > 250, "{file}: {actions}");
    }
}

#[tokio::test]
async fn a_schema_that_is_not_told_is_read_from_a_file() {
    let server = GraphqlServer::start().await;
    server.tells_schema(false).await;
    let error = connect(config(&keyed(&server), json!({}))).await.unwrap_err();
    assert!(error.message().contains("set `schema` to a file"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "schema.graphql", "type Query { me: User } type User { id: ID }");
    let config = config(&keyed(&server), json!({"schema": file}));
    let world = World::with(server, config).await;
    assert_eq!(world.data(&world.bob, "me", json!({})).await, json!({"id": "bob"}));
}

#[tokio::test]
async fn the_introspection_token_goes_nowhere_else() {
    let schema = json!({"queryType": {"name": "Query"}, "types": [{"kind": "OBJECT", "name": "Query",
        "fields": [{"name": "me", "args": [], "type": {"kind": "SCALAR", "name": "String"}}]}]});
    let recorder = Recorder::answering(move |it| match it.header("authorization").as_slice() {
        ["Bearer of-the-operator"] => (200, json!({"data": {"__schema": schema.clone()}})),
        [] => (200, json!({"data": {"me": "x"}})),
        _ => (401, json!({})),
    })
    .await;
    let base = json!({"url": recorder.url(), "shared": true, "introspection_token": "of-the-operator"});
    let api = connect(config(&base, json!({}))).await.unwrap();
    assert!(!format!("{api:?}").contains("of-the-operator"));
    recorder.only();
    call(&api, &user("alice").await, "me", json!({})).await.unwrap();
    assert!(recorder.only().header("authorization").is_empty());
    let base = json!({"url": recorder.url(), "shared": true, "introspection_token": "wrong"});
    let error = connect(config(&base, json!({}))).await.unwrap_err();
    assert!(!error.message().contains("wrong"), "{error}");
}

#[tokio::test]
async fn schemas_that_are_too_much_or_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let deep = format!("type Query {{ a(x: [[Int]] = {}1{}): Int }}", "[".repeat(5_000), "]".repeat(5_000));
    let nested = format!("type Query {{ a: {}Int{} }}", "[".repeat(5_000), "]".repeat(5_000));
    for (text, why) in [
        (deep.as_str(), "cannot be used"),
        (nested.as_str(), "cannot be used"),
        ("type Note { id: ID }", "neither queries nor mutations"),
        ("{\"data\": 1}", "introspection"),
        (
            "{\"__schema\": {\"types\": [{\"kind\": \"OBJECT\", \"name\": \"Query { x: Int } type Evil\", \"fields\": []}]}}",
            "a name that is none",
        ),
        ("<html>", "cannot be used"),
        ("", "cannot be used"),
    ] {
        let file = write(folder.path(), "schema.graphql", text);
        let base = json!({"url": "http://127.0.0.1:9/graphql", "shared": true});
        let error = connect(config(&base, json!({"schema": file}))).await.unwrap_err();
        assert!(error.message().contains(why), "{}: {error}", &text[..text.len().min(60)]);
    }
    let file = write(folder.path(), "schema.graphql", &"#".repeat(2_000));
    let base = json!({"url": "http://127.0.0.1:9/graphql", "shared": true, "schema_bytes_max": 1_000});
    let error = connect(config(&base, json!({"schema": file}))).await.unwrap_err();
    assert!(error.message().contains("larger than 1000 bytes"), "{error}");
}
