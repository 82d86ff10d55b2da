//! Answers and their bounds.

use connector::{Context, ErrorKind};
use serde_json::json;
use testkit::grpc::Notes;

use crate::support::{World, by_key, data};

#[tokio::test]
async fn an_answer_that_is_too_large_keeps_what_fits() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let tags: Vec<String> = (0..100).map(|nth| format!("tag {nth}")).collect();
    let context = Context::new("test", 200);
    let outcome = world.outcome_in(&world.alice, "Kinds_Echo", json!({"tags": tags}), &context).await.unwrap();
    assert!(outcome.data.as_ref().unwrap().get().len() <= 200);
    assert_eq!((&data(&outcome)["tags"][0], outcome.has_more), (&json!("tag 0"), Some(true)));
    assert!(outcome.notices[0].contains("200 bytes"), "{:?}", outcome.notices);
}

#[tokio::test]
async fn an_answer_that_is_larger_than_is_read_is_a_limit() {
    let server = Notes::start().await;
    let world =
        World::open(&server, json!({"credential": {"claim": "notes"}, "http": {"answer_bytes_max": 1000}})).await;
    let error = world.refused(&world.alice, "Kinds_Echo", json!({"aString": "x".repeat(2000)})).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error:?}");
}

#[tokio::test]
async fn a_value_that_metadata_cannot_hold_is_not_sent() {
    let server = Notes::start().await;
    let world =
        World::open(&server, json!({"bind": {"metadata:x-name": "{claims.name}", "metadata:x-user": "{caller.id}"}}))
            .await;
    let caller = testkit::caller_with("alice", json!({"name": "Ünal"})).await;
    let error = world.refused(&caller, "Lab_Look", json!({})).await;
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
}

#[tokio::test]
async fn updates_name_their_fields_by_a_mask() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let note = world.call(&world.alice, "Notes_CreateNote", json!({"title": "a", "body": "b"})).await;
    let change = json!({"id": note["id"], "note": {"title": "c"}, "updateMask": "title"});
    let changed = world.call(&world.alice, "Notes_UpdateNote", change.clone()).await;
    assert_eq!(changed, json!({"id": note["id"], "title": "c", "body": "b", "revision": "2"}));
    assert_eq!(world.refused(&world.bob, "Notes_UpdateNote", change).await.kind(), ErrorKind::NotFound);
    assert_eq!(world.call(&world.alice, "Notes_DeleteNote", json!({"id": note["id"]})).await, json!({}));
    assert_eq!(world.call(&world.alice, "Notes_ListNotes", json!({})).await, json!({}));
}
