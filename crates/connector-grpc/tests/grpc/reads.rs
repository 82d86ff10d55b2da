//! What the server says of itself, and calls as its two users.

use connector::{Connector, Effect, ErrorKind};
use serde_json::json;
use testkit::grpc::Notes;

use crate::support::{World, by_key};

#[tokio::test]
async fn every_unary_and_server_streaming_method_is_an_action() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let catalog = world.resource.catalog();
    let mut actions: Vec<_> = catalog.actions.iter().map(|it| (it.name.as_str(), it.effect, it.idempotent)).collect();
    actions.sort_unstable_by_key(|it| it.0);
    assert_eq!(
        actions,
        [
            ("Kinds_Echo", Effect::Read, true),
            ("Kinds_Parsed", Effect::Read, true),
            ("Kinds_Wrapped", Effect::Read, true),
            ("Kinds_Written", Effect::Read, true),
            ("Lab_Fail", Effect::Write, false),
            ("Lab_FailHarmlessly", Effect::Read, true),
            ("Lab_Look", Effect::Read, true),
            ("Lab_Slow", Effect::Read, true),
            ("Ledger_AddEntry", Effect::Write, false),
            ("Ledger_ListEntries", Effect::Read, true),
            ("Ledger_Total", Effect::Write, false),
            ("Notes_CreateNote", Effect::Write, false),
            ("Notes_DeleteNote", Effect::Destroy, false),
            ("Notes_GetNote", Effect::Read, true),
            ("Notes_ListNotes", Effect::Read, true),
            ("Notes_UpdateNote", Effect::Write, true),
            ("Notes_WatchNotes", Effect::Read, true),
        ]
    );
    let hidden: Vec<_> = catalog.hidden.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(hidden, ["Notes_ImportNotes", "Notes_Talk"]);
    assert!(catalog.hidden.iter().all(|it| it.reason.contains("stream of messages")), "{:?}", catalog.hidden);
}

#[tokio::test]
async fn notes_are_each_users_own() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let note = world.call(&world.alice, "Notes_CreateNote", json!({"title": "Milk", "body": "two"})).await;
    assert_eq!(note, json!({"id": "alice-1-0", "title": "Milk", "body": "two", "revision": "1"}));
    assert_eq!(world.call(&world.alice, "Notes_GetNote", json!({"id": "alice-1-0"})).await, note);
    let hers = world.refused(&world.bob, "Notes_GetNote", json!({"id": "alice-1-0"})).await;
    let nobodys = world.refused(&world.bob, "Notes_GetNote", json!({"id": "nobody-1"})).await;
    assert_eq!((hers.kind(), hers.message()), (ErrorKind::NotFound, nobodys.message()));
    assert_eq!(world.call(&world.bob, "Notes_ListNotes", json!({})).await, json!({}));
}
