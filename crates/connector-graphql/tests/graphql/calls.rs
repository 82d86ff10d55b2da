use connector::{Connector, ErrorKind};
use serde_json::{Value, json};
use testkit::Recorder;
use testkit::graphql::GraphqlServer;

use crate::world::{World, call, config, connect, data, keyed, user};

#[tokio::test]
async fn each_user_reads_and_writes_their_own() {
    let world = World::new(json!({})).await;
    assert_eq!(world.data(&world.alice, "me", json!({})).await["id"], "alice");
    assert_eq!(world.data(&world.bob, "me", json!({})).await["id"], "bob");
    let made = world.data(&world.alice, "createNote", json!({"input": {"title": "new", "tags": ["x", "y"]}})).await;
    let id = made["note"]["id"].clone();
    assert_eq!(
        (&made["note"]["title"], &made["note"]["state"], &made["problems"]),
        (&json!("new"), &json!("OPEN"), &json!([]))
    );
    let read = world.data(&world.alice, "note", json!({"id": id})).await;
    assert_eq!(
        read,
        json!({"id": id, "title": "new", "text": "", "state": "OPEN", "tags": ["x", "y"], "fragile": "whole",
            "owner": {"id": "alice", "name": "alice", "secretCode": "code of alice"}})
    );
    // His answer to what is hers is the answer to what is nobody's.
    let (hers, nobodys) = (
        world.refused(&world.bob, "note", json!({"id": id})).await,
        world.refused(&world.bob, "note", json!({"id": "none"})).await,
    );
    assert_eq!((hers.kind(), hers.message()), (ErrorKind::NotFound, nobodys.message()));
    assert_eq!(world.refused(&world.bob, "deleteNote", json!({"id": id})).await.kind(), ErrorKind::NotFound);
    assert_eq!(world.data(&world.alice, "deleteNote", json!({"id": id})).await, id);
    assert_eq!(world.server.notes("alice").await.len(), 4);
}

#[tokio::test]
async fn a_page_says_whether_there_is_more_and_how_to_go_on() {
    let world = World::new(json!({})).await;
    let first = world.call(&world.alice, "notes", json!({"fields": ["title"]})).await.unwrap();
    assert_eq!((first.has_more, first.count), (Some(true), None));
    let cursor = data(&first)["pageInfo"]["endCursor"].clone();
    assert_eq!(first.notices, [format!("There is more: call again with \"after\": {cursor}.")]);
    let second =
        world.call(&world.alice, "notes", json!({"after": cursor, "fields": ["title", "totalCount"]})).await.unwrap();
    assert_eq!((second.has_more, second.count, second.notices.len()), (Some(false), Some(4), 0));
    assert_eq!(
        data(&second),
        json!({"edges": [{"node": {"title": "alice 4"}}], "pageInfo": {"hasNextPage": false, "endCursor": "YzM="}, "totalCount": 4})
    );
}

#[tokio::test]
async fn arguments_arrive_as_they_were_given_whatever_is_in_them() {
    let world = World::new(json!({})).await;
    let hostile = "\"){id}}mutation{deleteNote(id:\"alice-1\")}#\n\u{0}$x{}\\";
    let made = world.data(&world.alice, "createNote", json!({"input": {"title": hostile}})).await;
    assert_eq!(made["note"]["title"], hostile);
    assert_eq!(world.server.notes("alice").await.len(), 5);
    let given = json!({"place": {"at": {"x": 1, "y": 2.5, "inner": {"level": 1}}, "words": [["a"], ["b", "c"]]}, "at": "2026-11-22",
        "any": {"deep": [1, null, {"x": true}]}, "state": "PUT_AWAY", "fields": ["own"]});
    let mut wanted = given.clone();
    wanted["place"]["level"] = json!(3);
    assert_eq!(world.data(&world.alice, "echo", given).await, wanted);
    assert_eq!(
        world.data(&world.alice, "echo", json!({"any": null})).await,
        json!({"any": null, "state": "DONE"}),
        "null is not nothing"
    );
}

#[tokio::test]
async fn no_caller_writes_into_the_document() {
    let folder = tempfile::tempdir().unwrap();
    let schema = crate::world::write(
        folder.path(),
        "schema.graphql",
        "type Query { note(id: ID!, n: Int! = 3): Note } type Note { id: ID! title: String }",
    );
    let recorder = Recorder::answering(|_| (200, json!({"data": {"note": {"id": "1", "title": "t"}}}))).await;
    let api = connect(config(
        &json!({"url": format!("{}/graphql", recorder.url()), "shared": true}),
        json!({"schema": schema}),
    ))
    .await
    .unwrap();
    let alice = user("alice").await;
    let outcome = call(&api, &alice, "note", json!({"id": "\") { x } }", "fields": ["title"]})).await.unwrap();
    assert_eq!(data(&outcome)["title"], "t");
    let request = recorder.only();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/graphql"));
    assert_eq!(request.header("content-type"), ["application/json"]);
    assert_eq!(request.header("accept"), ["application/graphql-response+json, application/json;q=0.9"]);
    let body = request.json();
    assert_eq!(body["variables"], json!({"id": "\") { x } }"}));
    assert_eq!(body["query"], "query Bellhop($id: ID!) { note(id: $id) { title } }");
    call(&api, &alice, "note", json!({"id": "1", "n": 4})).await.unwrap();
    assert_eq!(recorder.only().json()["query"], "query Bellhop($id: ID! $n: Int) { note(id: $id n: $n) { id title } }");
    for fields in [
        json!(["title } evil { id"]),
        json!(["id(x: 1)"]),
        json!(["... on Note"]),
        json!([""]),
        json!(["title.id"]),
        json!(["owner"]),
    ] {
        let error = call(&api, &alice, "note", json!({"id": "1", "fields": fields})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{fields}: {error:?}");
    }
    let error = call(&api, &alice, "note", json!({"id": "1", "other": 1})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(recorder.requests().is_empty(), "nothing of this left");
}

#[tokio::test]
async fn a_mutation_is_sent_once_and_a_query_again() {
    let folder = tempfile::tempdir().unwrap();
    let schema =
        crate::world::write(folder.path(), "schema.graphql", "type Query { look: Int } type Mutation { do: Int }");
    let recorder = Recorder::answering(|_| (503, json!({"errors": []}))).await;
    let base = json!({"url": recorder.url(), "shared": true, "http": {"retries": 2, "retry_wait_ms": 10}, "effects": {"do": "read"}});
    let api = connect(config(&base, json!({"schema": schema}))).await.unwrap();
    let alice = user("alice").await;
    let error = call(&api, &alice, "do", json!({})).await.unwrap_err();
    assert_eq!((error.kind(), recorder.requests().len()), (ErrorKind::Unavailable, 1));
    call(&api, &alice, "look", json!({})).await.unwrap_err();
    assert_eq!(recorder.requests().len(), 4);
}

#[tokio::test]
async fn a_large_answer_is_cut_and_says_so() {
    let world = World::new(json!({})).await;
    let long: Vec<Value> = (0..40).map(|nth| json!({"id": format!("l{nth}"), "title": "x".repeat(2_000)})).collect();
    world.server.put("alice", &long).await;
    let operation = connector::Operation::Invoke(connector::Invoke {
        action: "notes".into(),
        input: json!({"first": 40}).as_object().cloned().unwrap(),
        answers: None,
    });
    let permit = testkit::permit(&world.alice, "notes", &operation, access::Effect::Read);
    let outcome = world.api.execute(permit, operation, &connector::Context::new("r", 10_000)).await.unwrap();
    assert!(outcome.data.as_ref().unwrap().get().len() <= 10_000);
    assert_eq!(outcome.has_more, Some(true));
    assert!(outcome.notices[0].contains("larger than 10000 bytes"), "{:?}", outcome.notices);
}

#[tokio::test]
async fn dropping_a_call_ends_it() {
    let world = World::new(json!({})).await;
    let slow = world.call(&world.alice, "slow", json!({"ms": 60_000}));
    assert!(tokio::time::timeout(std::time::Duration::from_millis(300), slow).await.is_err());
    assert_eq!(world.data(&world.alice, "slow", json!({"ms": 1})).await, 1);
}

#[tokio::test]
async fn an_api_that_is_away_is_unavailable_and_comes_back() {
    let mut server = GraphqlServer::start().await;
    let api = connect(config(&keyed(&server), json!({"http": {"breaker_failures": 0}}))).await.unwrap();
    let alice = user("alice").await;
    api.health().await.unwrap();
    server.kill().await;
    assert_eq!(api.health().await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(call(&api, &alice, "me", json!({})).await.unwrap_err().kind(), ErrorKind::Unavailable);
    server.restart().await;
    api.health().await.unwrap();
    call(&api, &alice, "me", json!({})).await.unwrap();
}
