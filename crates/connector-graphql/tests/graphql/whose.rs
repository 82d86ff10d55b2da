use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use access::Caller;
use bellhop_connector_graphql::Graphql;
use connector::{Connector, ErrorKind, Ownership};
use serde_json::{Value, json};
use testkit::Recorder;
use testkit::graphql::GraphqlServer;
use upstream::{ConnectConfig, Credential, CredentialSource, Sources};

use crate::world::{World, call, config, data, write};

async fn trusting(more: Value) -> World {
    let server = GraphqlServer::trusting().await;
    let config = config(&json!({"url": server.url()}), more);
    World::with(server, config).await
}

#[tokio::test]
async fn a_bound_argument_vanishes_and_is_the_callers() {
    let world = trusting(json!({"bind": {"owner_id": "{caller.id}"}})).await;
    // A filter that holds itself says little by one of its fields: `find` stays closed.
    assert_eq!(world.offered(), ["createNote", "notesOf"]);
    assert_eq!(world.action("notesOf").ownership, Ownership::Owned { by: "owner_id".into() });
    assert_eq!(world.action("notesOf").identity, ["ownerId"]);
    for name in ["createNote", "notesOf"] {
        let input = world.input(name).to_string();
        assert!(!input.contains("ownerId"), "{input}");
    }
    let titles = async |caller, input| {
        let all = world.data(caller, "notesOf", input).await;
        all.as_array().unwrap().iter().map(|note| note["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(&world.alice, json!({"limit": 2})).await, ["alice 1", "alice 2"]);
    assert_eq!(titles(&world.bob, json!({"limit": 1})).await, ["bob 1"]);
    assert_eq!(titles(&world.alice, json!({"ownerId": "alice", "limit": 1})).await, ["alice 1"]);
    world.data(&world.bob, "createNote", json!({"input": {"title": "his"}})).await;
    assert_eq!(world.server.written().await, [("bob".to_owned(), "his".to_owned())]);
    let tries = [
        ("notesOf", json!({"ownerId": "bob"})),
        ("notesOf", json!({"owner_id": "bob"})),
        ("notesOf", json!({"ownerId": ["alice", "bob"]})),
        ("notesOf", json!({"ownerId": null})),
        ("createNote", json!({"input": {"title": "x", "ownerId": "bob"}})),
        ("createNote", json!({"input": [{"title": "x", "OWNERID": "bob"}]})),
        ("createNote", json!({"input": {"title": "x"}, "ownerId": "bob"})),
    ];
    for (action, input) in tries {
        let error = world.refused(&world.alice, action, input.clone()).await;
        assert_eq!(error.kind(), ErrorKind::IdentityMismatch, "{action} {input}: {error:?}");
    }
    assert_eq!(world.server.written().await.len(), 1);
}

#[tokio::test]
async fn where_only_arguments_say_whose_the_answer_leads_nowhere_else() {
    let world = trusting(json!({"bind": {"ownerId": "{caller.id}"}})).await;
    let notes = world.data(&world.alice, "notesOf", json!({"limit": 1})).await;
    assert_eq!(
        notes[0],
        json!({"id": "alice-1", "title": "alice 1", "text": "words of alice", "state": "OPEN", "tags": ["a"], "fragile": "whole"})
    );
    for path in ["owner", "owner.name", "owner.friends.notes.title"] {
        let error = world.refused(&world.alice, "notesOf", json!({"fields": [path]})).await;
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{path}: {error:?}");
    }
    let fields = world.input("notesOf")["properties"]["fields"]["description"].to_string();
    assert!(!fields.contains("owner"), "{fields}");
    let made = world.data(&world.alice, "createNote", json!({"input": {"title": "new"}})).await;
    assert_eq!(made["note"]["title"], "new", "a mutation's envelope is not the answer itself");
    assert!(made["note"].get("owner").is_none(), "{made}");
    let open = trusting(json!({"bind": {"ownerId": "{caller.id}"}, "follow_relations": true})).await;
    let notes = open.data(&open.alice, "notesOf", json!({"limit": 1, "fields": ["owner.name"]})).await;
    assert_eq!(notes, json!([{"owner": {"name": "alice"}}]));
}

#[tokio::test]
async fn a_bound_header_is_every_calls() {
    let world = trusting(json!({"bind": {"header:X-User": "{caller.id}"}})).await;
    assert!(world.offered().len() > 10);
    assert_eq!(world.data(&world.alice, "me", json!({"fields": ["id"]})).await, json!({"id": "alice"}));
    assert_eq!(world.data(&world.bob, "me", json!({"fields": ["id"]})).await, json!({"id": "bob"}));
    let note = world.data(&world.bob, "note", json!({"id": "bob-1"})).await;
    assert_eq!(note["owner"]["name"], "bob", "the API knows who calls and decides what it shows");
    assert_eq!(world.refused(&world.bob, "note", json!({"id": "alice-1"})).await.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_bound_path_is_that_field_and_is_made_where_it_is_missing() {
    let world = trusting(json!({"bind": {"body:where.ownerId": "{caller.id}"}, "include": ["find"]})).await;
    assert_eq!(world.offered(), ["find"]);
    assert!(!world.input("find").to_string().contains("ownerId"));
    for input in [json!({}), json!({"where": null}), json!({"where": {"state": "DONE"}})] {
        let found = world.data(&world.alice, "find", input.clone()).await;
        let all = found.as_array().unwrap();
        assert!(
            !all.is_empty() && all.iter().all(|it| it["id"].as_str().unwrap().starts_with("alice")),
            "{input}: {found}"
        );
    }
    for input in [
        json!({"where": {"ownerId": "bob"}}),
        json!({"where": {"not": {"ownerId": "alice2"}}}),
        json!({"where": {"or": [{"ownerId": "bob"}]}}),
    ] {
        let error = world.refused(&world.alice, "find", input.clone()).await;
        assert_eq!(error.kind(), ErrorKind::IdentityMismatch, "{input}");
    }
    assert_eq!(world.refused(&world.alice, "find", json!({"where": 7})).await.kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn a_caller_without_a_key_is_not_sent() {
    let world = World::new(json!({})).await;
    let nobody = testkit::caller_with("carol", json!({})).await;
    let error = world.refused(&nobody, "me", json!({})).await;
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
    let stale = testkit::caller_with("carol", json!({"key": "an-old-key-of-carol"})).await;
    let error = world.refused(&stale, "me", json!({})).await;
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.message().contains("credential"), "{error}");
    assert_eq!(world.server.counts().await["refused"], 1, "only the second was sent, once");
    assert_eq!(world.api.catalog().actions.len(), world.offered().len());
}

/// Gives an old key until it is refused, then a newer one.
#[derive(Debug, Default)]
struct Renewed(AtomicUsize);

#[async_trait::async_trait]
impl CredentialSource for Renewed {
    async fn credential(&self, _caller: &Caller) -> connector::Result<Option<Credential>> {
        let key = if self.0.load(Ordering::SeqCst) == 0 { "an-old-key" } else { "a-newer-key" };
        Ok(Some(Credential::Token(key.to_owned().into())))
    }

    async fn refused(&self, _caller: &Caller, _used: &Credential) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst) == 0
    }

    fn describe(&self) -> String {
        "a key".into()
    }
}

#[derive(Debug)]
struct Given(Arc<Renewed>);

impl Sources for Given {
    fn store(&self, _resource: &str) -> Option<Arc<dyn CredentialSource>> {
        Some(self.0.clone())
    }

    fn connect(&self, _resource: &str, _config: &ConnectConfig) -> Option<Arc<dyn CredentialSource>> {
        None
    }

    fn query(&self, _sql: &str, _action: &str) -> Option<Arc<dyn CredentialSource>> {
        None
    }
}

#[tokio::test]
async fn a_key_that_is_refused_in_an_answers_body_is_renewed_and_no_mutation_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let schema = write(folder.path(), "schema.graphql", "type Query { look: Int } type Mutation { do: Int }");
    let recorder = Recorder::answering(|it| match it.header("authorization").as_slice() {
        ["Bearer a-newer-key"] => (200, json!({"data": {"it": 7}})),
        _ => (200, json!({"data": null, "errors": [{"message": "no", "extensions": {"code": "UNAUTHENTICATED"}}]})),
    })
    .await;
    let base = json!({"url": recorder.url(), "credential": {"store": true}, "schema": schema});
    let alice = testkit::caller("alice").await;
    let api = Graphql::connect("notes", config(&base, json!({})), &Given(Arc::default())).await.unwrap();
    assert_eq!(data(&call(&api, &alice, "look", json!({})).await.unwrap()), 7);
    assert_eq!(recorder.requests().len(), 2);
    let api = Graphql::connect("notes", config(&base, json!({})), &Given(Arc::default())).await.unwrap();
    let error = call(&api, &alice, "do", json!({})).await.unwrap_err();
    assert_eq!((error.kind(), recorder.requests().len()), (ErrorKind::PermissionDenied, 3));
    assert_eq!(data(&call(&api, &alice, "do", json!({})).await.unwrap()), 7, "the next call has the newer one");
}
