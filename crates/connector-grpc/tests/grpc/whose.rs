//! Whose calls are: keys, metadata and fields that are the caller's own, and what is closed without them.

use connector::{Connector, ErrorKind};
use serde_json::{Value, json};
use testkit::grpc::Notes;

use crate::support::{World, by_key};

#[tokio::test]
async fn nothing_is_offered_that_nothing_ties_to_its_caller() {
    let server = Notes::start().await;
    let closed = World::open(&server, json!({})).await;
    assert!(closed.resource.catalog().actions.is_empty());
    let hidden = &closed.resource.catalog().hidden;
    let note = hidden.iter().find(|it| it.name == "Notes_GetNote").unwrap();
    assert_eq!(note.reason, "nothing ties a call to its user");
    assert!(note.open_with.starts_with("credential = { store = true }"), "{note:?}");
    // A field that only some methods have opens those alone.
    let ledger = World::open(&server, json!({"bind": {"user_id": "{caller.id}"}})).await;
    let catalog = ledger.resource.catalog();
    let actions: Vec<_> = catalog.actions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(actions, ["Ledger_ListEntries"]);
    let shared = World::open(&server, json!({"shared": true})).await;
    assert_eq!(shared.resource.catalog().actions.len(), 17);
}

#[tokio::test]
async fn metadata_is_bound_from_claims_and_nobody_else_can_set_it() {
    let server = Notes::start().await;
    let bind = json!({"bind": {"metadata:x-user": "{caller.id}", "metadata:x-plan": "free plan"}});
    let world = World::open(&server, bind).await;
    world.call(&world.alice, "Notes_CreateNote", json!({"title": "hers"})).await;
    assert_eq!(world.call(&world.bob, "Notes_ListNotes", json!({})).await, json!({}));
    let seen = world.call(&world.bob, "Lab_Look", json!({})).await;
    assert_eq!((&seen["metadata"]["x-user"], &seen["metadata"]["x-plan"]), (&json!("bob"), &json!("free plan")));
    assert!(seen["metadata"]["user-agent"].as_str().unwrap().starts_with("bellhop/"), "{seen}");
}

#[tokio::test]
async fn a_key_goes_into_the_metadata_that_configuration_names() {
    let server = Notes::start().await;
    let world =
        World::open(&server, json!({"credential": {"claim": "notes", "header": "X-Api-Key", "prefix": "Key "}})).await;
    let seen = world.call(&world.alice, "Lab_Look", json!({})).await;
    assert_eq!(seen["metadata"]["x-api-key"], "Key key-of-alice");
    assert!(seen["metadata"].get("authorization").is_none(), "{seen}");
    let stranger = testkit::caller("carol").await;
    let error = world.refused(&stranger, "Lab_Look", json!({})).await;
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_bound_field_vanishes_and_holds_the_caller_whatever_is_given() {
    let server = Notes::start().await;
    let world = World::open(&server, json!({"bind": {"user_id": "{caller.id}"}})).await;
    assert_eq!(
        world.input("Ledger_ListEntries"),
        json!({
            "type": "object",
            "properties": {"limit": {"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}},
            "additionalProperties": false
        })
    );
    let catalog = world.resource.catalog();
    assert_eq!(catalog.action("Ledger_ListEntries").unwrap().identity, ["userId", "user_id"]);
    let his = json!({"entries": [{"account": {"userId": "bob", "label": "his purse"}, "cents": "7"}]});
    for own in [json!({}), json!({"userId": "bob"}), json!({"user_id": "bob"}), json!({"userId": ""})] {
        assert_eq!(world.call(&world.bob, "Ledger_ListEntries", own.clone()).await, his, "{own}");
    }
    for other in [json!({"userId": "alice"}), json!({"user_id": "alice"}), json!({"userId": "Bob"})] {
        let error = world.refused(&world.bob, "Ledger_ListEntries", other.clone()).await;
        assert_eq!(error.kind(), ErrorKind::IdentityMismatch, "{other}");
    }
}

/// Bob's attempts to write into Alice's book, in every place that an argument has.
fn attempts() -> Vec<Value> {
    vec![
        json!({"account": {"userId": "alice"}, "cents": "1"}),
        json!({"account": {"user_id": "alice"}, "cents": "1"}),
        json!({"cents": "1", "extra": {"user_id": "alice"}}),
        json!({"cents": "1", "extra": {"deep": [{"USER-ID": "alice"}]}}),
        json!({"cents": "1", "labels": {"userId": "alice"}}),
        json!({"cents": "1", "packed": {"@type": "type.googleapis.com/notes.v1.Account", "userId": "alice"}}),
        json!({"cents": "1", "packed": {"@type": "type.googleapis.com/notes.v1.Entry", "account": {"userId": "alice"}}}),
        json!({"cents": "1", "packed": {
            "@type": "type.googleapis.com/google.protobuf.Any",
            "value": {"@type": "type.googleapis.com/notes.v1.Account", "userId": "alice"}
        }}),
    ]
}

#[tokio::test]
async fn a_field_within_a_field_is_bound_by_its_path_and_anywhere_else_by_its_name() {
    let server = Notes::start().await;
    let bind = json!({"bind": {"field:account.user_id": "{caller.id}", "user_id": "{caller.id}"}});
    let world = World::open(&server, bind).await;
    let account = &world.input("Ledger_AddEntry")["properties"]["account"];
    assert_eq!(
        account,
        &json!({"type": "object", "properties": {"label": {"type": "string"}}, "additionalProperties": false})
    );
    // What it belongs to need not be given.
    let entry = world.call(&world.bob, "Ledger_AddEntry", json!({"cents": "5"})).await;
    assert_eq!(entry, json!({"account": {"userId": "bob"}, "cents": "5"}));
    let entry = world.call(&world.bob, "Ledger_AddEntry", json!({"cents": 6, "account": {"label": "x"}})).await;
    assert_eq!(entry, json!({"account": {"userId": "bob", "label": "x"}, "cents": "6"}));
    for attempt in attempts() {
        let error = world.refused(&world.bob, "Ledger_AddEntry", attempt.clone()).await;
        assert_eq!(error.kind(), ErrorKind::IdentityMismatch, "{attempt}: {error:?}");
    }
    let own =
        json!({"cents": "1", "extra": {"user_id": "bob"}, "labels": {"user_id": "bob"}, "account": {"userId": "bob"}});
    world.call(&world.bob, "Ledger_AddEntry", own).await;
    let hers = world.call(&world.alice, "Ledger_ListEntries", json!({})).await;
    assert_eq!(hers["entries"].as_array().unwrap().len(), 1, "{hers}");
}

#[tokio::test]
async fn a_key_is_never_in_what_is_shown() {
    let server = Notes::start().await;
    let world = World::open(&server, by_key()).await;
    let words = json!({"code": 3, "message": "the key key-of-alice is at 10.1.2.3 in /etc/notes", "key": "k"});
    let error = world.refused(&world.alice, "Lab_Fail", words).await;
    assert!(!error.message().contains("key-of-alice"), "{error:?}");
    assert!(!error.message().contains("10.1.2.3") && !error.message().contains("/etc"), "{error:?}");
    let shown = format!("{:?}", world.resource);
    assert!(!shown.contains("key-of-alice"), "{shown}");
}
