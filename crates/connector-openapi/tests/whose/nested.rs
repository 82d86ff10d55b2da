//! Bound names where no outermost field or parameter has them.

use connector::ErrorKind;
use serde_json::{Value, json};
use testkit::{caller, caller_with};
use upstream::{IdentityConfig, NoSources};

use crate::world::{World, document, post, text};

fn paths() -> Value {
    let owner = json!({"type": ["object", "null"], "properties": {"id": {"type": "string"}}});
    let owned = json!({"type": "object", "properties": {"owner": owner, "title": {"type": "string"}}});
    let order = json!({"type": "object", "properties": {"user_id": {"type": "string"}, "title": {"type": "string"}}});
    let wrapped = json!({"type": "object", "properties": {"order": order, "note": {"type": "string"}}});
    let nullable = json!({"anyOf": [{"type": "object", "properties": {"owner": {"type": "object",
        "properties": {"id": {"type": "string"}}}}}, {"type": "null"}, {"type": "string"}]});
    let mut form = post("form", &json!({}));
    let meta = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let schema = json!({"type": "object", "properties": {"owner_id": {"type": "string"}, "meta": meta}});
    form["requestBody"] = json!({"required": false, "content": {"application/x-www-form-urlencoded": {
        "schema": {"allOf": [schema]}, "encoding": {"meta": {"style": "form", "explode": true}}}}});
    json!({
        "/owned": {"post": post("owned", &owned)},
        "/wrapped": {"post": post("wrapped", &wrapped)},
        "/nullable": {"post": post("nullable", &nullable)},
        "/form": {"post": form},
    })
}

async fn world(pairs: &[(&str, &str)]) -> World {
    let bind = pairs.iter().map(|(key, template)| ((*key).to_owned(), (*template).to_owned())).collect();
    let identity = IdentityConfig { bind, ..IdentityConfig::default() };
    World::new(&document(paths(), json!({})), identity, &NoSources).await
}

#[tokio::test]
async fn a_bound_name_is_closed_at_any_depth_of_an_operation_that_something_else_ties() {
    let world = world(&[("user_id", "{caller.id}"), ("header:X-Tenant", "{claims.tenant}")]).await;
    assert!(!text(&world.action("wrapped")).contains("user_id"), "{}", text(&world.action("wrapped")));
    let alice = caller_with("alice", json!({"tenant": "acme"})).await;
    let input = json!({"order": {"user_id": "bob", "title": "x"}});
    assert_eq!(world.refused(&alice, "wrapped", input).await.kind(), ErrorKind::IdentityMismatch);
    assert!(world.server.requests().is_empty());
    world.call(&alice, "wrapped", json!({"order": {"title": "x"}})).await.unwrap();
    let sent: Value = serde_json::from_str(&world.server.only().body).unwrap();
    assert_eq!(sent, json!({"order": {"title": "x", "user_id": "alice"}}));
}

#[tokio::test]
async fn nothing_and_plain_values_do_not_take_the_tie_away() {
    let world = world(&[("body:owner.id", "{caller.id}")]).await;
    let alice = caller("alice").await;
    world.call(&alice, "owned", json!({"owner": null, "title": "x"})).await.unwrap();
    let sent: Value = serde_json::from_str(&world.server.only().body).unwrap();
    assert_eq!(sent, json!({"owner": {"id": "alice"}, "title": "x"}));
    world.call(&alice, "nullable", json!({"body": null})).await.unwrap();
    let sent: Value = serde_json::from_str(&world.server.only().body).unwrap();
    assert_eq!(sent, json!({"owner": {"id": "alice"}}));
    for input in [json!({"body": "x"}), json!({"body": {"owner": "bob"}})] {
        assert_eq!(world.refused(&alice, "nullable", input).await.kind(), ErrorKind::InvalidArgument);
    }
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn the_keys_of_an_exploded_object_do_not_stand_beside_a_bound_field() {
    let world = world(&[("body:owner_id", "{caller.id}")]).await;
    let alice = caller("alice").await;
    let input = json!({"body": {"meta": {"owner_id": "bob"}}});
    assert_eq!(world.refused(&alice, "form", input).await.kind(), ErrorKind::InvalidArgument);
    assert!(world.server.requests().is_empty());
    world.call(&alice, "form", json!({"body": {"meta": {"colour": "red"}}})).await.unwrap();
    let mut pairs: Vec<_> = world.server.only().body.split('&').map(str::to_owned).collect();
    pairs.sort();
    assert_eq!(pairs, ["colour=red", "owner_id=alice"]);
}
