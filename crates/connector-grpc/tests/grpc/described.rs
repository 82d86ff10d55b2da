//! Where descriptors come from, what of them is offered, and when they are read again.

use bellhop_connector_grpc::Grpc;
use connector::{Connector, Effect, ErrorKind};
use serde_json::{Value, json};
use testkit::grpc::Notes;
use upstream::NoSources;

use crate::support::{NAME, World, by_key, config};

async fn refusal(server: &Notes, more: Value) -> String {
    Grpc::connect(NAME, config(server, more), &NoSources).await.expect_err("it is refused").message().to_owned()
}

#[tokio::test]
async fn a_descriptor_set_takes_the_place_of_reflection_and_brings_comments() {
    let server = Notes::with(json!({"reflection": false})).await;
    let message = refusal(&server, by_key()).await;
    assert!(message.contains("no server reflection") && message.contains("descriptor_set"), "{message}");
    let world =
        World::open(&server, json!({"credential": {"claim": "notes"}, "descriptor_set": server.descriptors()})).await;
    let catalog = world.resource.catalog();
    let list = catalog.action("Notes_ListNotes").unwrap();
    assert_eq!(list.description.as_deref(), Some("The caller's notes, the oldest first."));
    assert_eq!(
        Value::Object(list.input.get().as_ref().clone()),
        json!({
            "type": "object",
            "properties": {
                "pageSize": {"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX, "description": "At most so many."},
                "contains": {"type": "string"}
            },
            "additionalProperties": false
        })
    );
    let about = catalog.description.as_deref().unwrap();
    assert!(about.contains("notes.v1.Notes: What people write down."), "{about}");
    assert_eq!(world.call(&world.alice, "Notes_ListNotes", json!({})).await, json!({}));
}

#[tokio::test]
async fn both_versions_of_reflection_say_the_same() {
    let (alpha, current) = (Notes::start().await, Notes::with(json!({"reflection": "v1"})).await);
    let (old, new) = (World::open(&alpha, by_key()).await, World::open(&current, by_key()).await);
    let (old, new) = (old.resource.catalog(), new.resource.catalog());
    assert_eq!(serde_json::to_value(&*old).unwrap(), serde_json::to_value(&*new).unwrap());
    assert_eq!(new.actions.len(), 17);
}

#[tokio::test]
async fn a_descriptor_set_that_is_none_is_refused_by_name() {
    let server = Notes::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.binpb");
    for content in [&b"not a descriptor"[..], &[0x0a, 0xff, 0xff, 0x03]] {
        std::fs::write(&path, content).unwrap();
        let message = refusal(&server, json!({"credential": {"claim": "notes"}, "descriptor_set": path})).await;
        assert!(message.contains("x.binpb"), "{message}");
    }
    let message = refusal(&server, json!({"credential": {"claim": "notes"}, "descriptor_set": "nowhere.binpb"})).await;
    assert!(message.contains("nowhere.binpb") && message.contains("cannot be read"), "{message}");
    let small = json!({"credential": {"claim": "notes"}, "descriptor_bytes_max": 100});
    assert!(refusal(&server, small).await.contains("descriptor_bytes_max"));
}

#[tokio::test]
async fn selections_and_effects_are_heeded() {
    let server = Notes::start().await;
    let more = json!({
        "credential": {"claim": "notes"},
        "include": {"services": ["notes.v1.Notes", "*.Ledger"]},
        "exclude": {"methods": ["*Note", "Notes_Talk", "Ledger_L*"]},
        "effects": {"Ledger_Total": "read", "Ledger_AddEntry": "destroy"}
    });
    let world = World::open(&server, more).await;
    let catalog = world.resource.catalog();
    let actions: Vec<_> = catalog.actions.iter().map(|it| (it.name.as_str(), it.effect)).collect();
    assert_eq!(
        actions,
        [
            ("Ledger_AddEntry", Effect::Destroy),
            ("Ledger_Total", Effect::Read),
            ("Notes_ListNotes", Effect::Read),
            ("Notes_WatchNotes", Effect::Read),
        ]
    );
    assert_eq!(catalog.hidden.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Notes_ImportNotes"]);
}

#[tokio::test]
async fn the_same_descriptors_are_the_same_catalog_and_others_another() {
    let mut server = Notes::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.binpb");
    std::fs::copy(server.descriptors(), &path).unwrap();
    let world = World::open(&server, json!({"credential": {"claim": "notes"}, "descriptor_set": path})).await;
    let before = world.resource.catalog();
    world.resource.reload().await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&before, &world.resource.catalog()), "nothing changed");
    std::fs::write(&path, []).unwrap();
    world.resource.reload().await.unwrap();
    assert!(world.resource.catalog().actions.is_empty());
    std::fs::write(&path, b"broken").unwrap();
    assert!(world.resource.reload().await.is_err());
    server.kill().await;
}

#[tokio::test]
async fn a_server_that_is_away_or_not_serving_is_not_well() {
    let mut server = Notes::with(json!({"health": 1})).await;
    let world = World::open(&server, by_key()).await;
    world.resource.health().await.unwrap();
    server.kill().await;
    let away = world.resource.health().await.unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable);
    server.restart_with(json!({"health": 2})).await;
    let idle = world.resource.health().await.unwrap_err();
    assert_eq!((idle.kind(), idle.message()), (ErrorKind::Unavailable, "The service says that it is not serving."));
}

#[tokio::test]
async fn what_has_no_meaning_for_grpc_is_refused() {
    let server = Notes::start().await;
    for (more, word) in [
        (json!({"public": true}), "`public`"),
        (json!({"credential": {"claim": "notes", "query_parameter": "key"}}), "query"),
        (json!({"credential": {"claim": "notes", "cookie": "key"}}), "cookies"),
        (json!({"credential": {"claim": "notes", "header": "grpc-timeout"}}), "grpc-timeout"),
        (json!({"credential": {"claim": "notes", "scheme": "key"}}), "security schemes"),
        (json!({"bind": {"query:user": "{caller.id}"}}), "metadata:"),
        (json!({"bind": {"metadata:grpc-encoding": "{caller.id}"}}), "grpc-encoding"),
        (json!({"bind": {"metadata:x-user-bin": "{caller.id}"}}), "x-user-bin"),
        (json!({"bind": {"account.user_id": "{caller.id}"}}), "field:account.user_id"),
        (json!({"shared": true, "url": "http://127.0.0.1:1/base"}), "no path"),
        (json!({"shared": true, "url": "unix:///tmp/x"}), "not an address"),
        (json!({"shared": true, "client_cert": "x.pem"}), "https"),
        (json!({"shared": true, "url": "http://internal.localtest:1", "http": {"ca": "x.pem"}}), "https"),
    ] {
        let message = refusal(&server, more.clone()).await;
        assert!(message.contains(word), "{more}: {message}");
    }
}
