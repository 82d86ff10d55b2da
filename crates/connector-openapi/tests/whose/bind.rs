use connector::{ErrorKind, Ownership};
use serde_json::{Value, json};
use testkit::{caller, caller_with};
use upstream::{IdentityConfig, NoSources};

use crate::world::{World, document, get, post, text};

fn binding(pairs: &[(&str, &str)]) -> IdentityConfig {
    let bind = pairs.iter().map(|(key, template)| ((*key).to_owned(), (*template).to_owned())).collect();
    IdentityConfig { bind, ..IdentityConfig::default() }
}

fn parameter(name: &str, place: &str) -> Value {
    json!({"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}})
}

fn paths() -> Value {
    json!({
        "/users/{user_id}/orders": {"get": get("orders", json!([parameter("user_id", "path"), parameter("state", "query")]), json!([]))},
        "/search": {"get": get("search", json!([parameter("userId", "query"), parameter("q", "query"),
            {"name": "filter", "in": "query", "schema": {"type": "object"}},
            {"name": "deep", "in": "query", "style": "deepObject", "schema": {"type": "object"}}]), json!([]))},
        "/mine": {"get": get("mine", json!([parameter("X-User-Id", "header"), parameter("user-id", "cookie")]), json!([]))},
        "/orders": {"post": post("order", &json!({"$ref": "#/components/schemas/Order"}))},
        "/batch": {"post": post("batch", &json!({"type": "array", "items": {"$ref": "#/components/schemas/Order"}}))},
        "/owned": {"post": post("owned", &json!({"$ref": "#/components/schemas/Both"}))},
        "/other": {"get": get("other", json!([parameter("id", "query")]), json!([]))},
    })
}

async fn world(pairs: &[(&str, &str)]) -> World {
    World::new(&document(paths(), json!({})), binding(pairs), &NoSources).await
}

#[tokio::test]
async fn only_what_a_bind_touches_is_offered_and_the_rest_says_why_not() {
    let world = world(&[("user_id", "{caller.id}")]).await;
    assert_eq!(world.offered(), ["batch", "mine", "order", "orders", "search"]);
    let catalog = world.catalog();
    let hidden: Vec<_> = catalog.hidden.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(hidden, ["owned", "other"]);
    assert!(catalog.hidden[0].reason.contains("nothing that is bound"), "{:?}", catalog.hidden);
    assert_eq!(world.action("orders").ownership, Ownership::Owned { by: "user_id".into() });
    let alice = caller("alice").await;
    assert_eq!(world.refused(&alice, "other", json!({})).await.kind(), ErrorKind::NotFound);
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn what_is_bound_vanishes_from_the_schema_however_deep() {
    let world = world(&[("user_id", "{caller.id}"), ("body:owner.id", "{claims.number}")]).await;
    for name in ["orders", "search", "mine", "order", "batch"] {
        let input = text(&world.action(name));
        let folded: String = input.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        assert!(!folded.contains("userid"), "{name}: {input}");
    }
    let order = text(&world.action("order"));
    assert!(order.contains(r#""required":["title"]"#) && order.contains(r#""minProperties":1"#), "{order}");
    assert!(!order.contains("example"), "{order}");
    let owned = text(&world.action("owned"));
    assert!(owned.contains("\"name\"") && !owned.contains("\"id\""), "{owned}");
    for name in world.offered() {
        let input = Value::Object(world.action(&name).input.get().as_ref().clone());
        assert!(jsonschema::draft202012::meta::is_valid(&input), "{name}: {input}");
    }
}

#[tokio::test]
async fn the_callers_own_value_goes_into_every_place() {
    let world = world(&[("user_id", "{caller.id}"), ("body:owner.id", "{claims.number}")]).await;
    for (user, number) in [("alice", 7), ("bob", 8)] {
        let caller = caller_with(user, json!({"number": number})).await;
        let server = &world.server;
        world.call(&caller, "orders", json!({"state": "open"})).await.unwrap();
        assert_eq!(server.only().target, format!("/users/{user}/orders?state=open"));
        world.call(&caller, "search", json!({"q": "x"})).await.unwrap();
        let target = server.only().target;
        assert!(target.contains(&format!("userId={user}")) && target.matches("ser").count() == 1, "{target}");
        world.call(&caller, "mine", json!({})).await.unwrap();
        let request = server.only();
        assert_eq!(
            (request.header("x-user-id"), request.header("cookie")),
            (vec![user], vec![&*format!("user-id={user}")])
        );
        let body = json!({"title": "t", "lines": [{"count": 1}, {"count": 2}]});
        world.call(&caller, "order", json!({"body": body})).await.unwrap();
        let lines = json!([{"count": 1, "userId": user}, {"count": 2, "userId": user}]);
        assert_eq!(server.only().json(), json!({"title": "t", "lines": lines, "user_id": user}));
        world.call(&caller, "batch", json!({"body": [{"title": "a"}, {"title": "b"}]})).await.unwrap();
        assert_eq!(server.only().json(), json!([{"title": "a", "user_id": user}, {"title": "b", "user_id": user}]));
        world.call(&caller, "owned", json!({"title": "t"})).await.unwrap();
        assert_eq!(server.only().json(), json!({"title": "t", "owner": {"id": number}}));
        world.call(&caller, "owned", json!({"owner": {"name": "n"}})).await.unwrap();
        assert_eq!(server.only().json(), json!({"owner": {"name": "n", "id": number}}));
    }
}

#[tokio::test]
async fn no_argument_sets_it_in_any_spelling_or_nesting() {
    let world = world(&[("user_id", "{caller.id}"), ("body:owner.id", "{caller.id}")]).await;
    let alice = caller("alice").await;
    let tries = [
        ("orders", json!({"user_id": "bob"})),
        ("orders", json!({"USER_ID": "bob"})),
        ("orders", json!({"user_id": ["alice", "bob"]})),
        ("orders", json!({"user_id": null})),
        ("orders", json!({"user_id": {"eq": "bob"}})),
        ("search", json!({"userId": "bob"})),
        ("search", json!({"filter": {"userId": "bob"}})),
        ("search", json!({"filter": {"user_id": "bob"}})),
        ("search", json!({"filter": {"userId[]": "bob"}})),
        ("search", json!({"deep": {"a": {"User-ID": "bob"}}})),
        ("search", json!({"filter": [{"userid": "bob"}]})),
        ("mine", json!({"X-User-Id": "bob", "x_user_id": "bob", "user-id": "bob"})),
        ("order", json!({"body": {"title": "t"}, "user_id": "bob"})),
        ("order", json!({"body": {"title": "t", "user_id": "bob"}})),
        ("order", json!({"body": {"title": "t", "lines": [{"userId": "bob"}]}})),
        ("order", json!({"body": {"title": "t", "more": {"UserId": "bob"}}})),
        ("batch", json!({"body": [{"title": "t"}, {"user_id": "bob"}]})),
        ("owned", json!({"owner": {"id": "bob"}})),
        ("owned", json!({"owner": {"ID": "bob"}})),
        ("owned", json!({"Owner": {"id": "bob"}})),
        ("owned", json!({"owner": [{"id": "bob"}]})),
    ];
    for (action, input) in tries {
        let error = world.refused(&alice, action, input.clone()).await;
        assert_eq!(error.kind(), ErrorKind::IdentityMismatch, "{action} {input}: {error:?}");
    }
    assert!(world.server.requests().is_empty());
    world.call(&alice, "orders", json!({"userId": "alice"})).await.unwrap();
    assert_eq!(world.server.only().target, "/users/alice/orders");
    world.call(&alice, "search", json!({"filter": {"userId": "alice", "a": "b"}})).await.unwrap();
    assert_eq!(world.server.only().target.matches("alice").count(), 1);
}

#[tokio::test]
async fn a_value_that_looks_like_two_pairs_is_one() {
    let world = world(&[("user_id", "{caller.id}")]).await;
    let alice = caller("alice").await;
    for value in ["x&userId=bob", "x&user%5Fid=bob", "x;userId=bob", "x#&userId=bob"] {
        world.call(&alice, "search", json!({"q": value, "filter": {"a": value, "b&userId": "bob"}})).await.unwrap();
        let target = world.server.only().target;
        let query = target.split_once('?').unwrap().1;
        let users: Vec<_> = query.split('&').filter(|pair| pair.to_lowercase().starts_with("userid=")).collect();
        assert_eq!(users, ["userId=alice"], "{target}");
    }
}

#[tokio::test]
async fn a_claim_that_is_missing_empty_or_not_one_value_stops_the_call() {
    let world = world(&[("header:X-Tenant", "{claims.tenant}")]).await;
    assert_eq!(world.offered().len(), 7, "a header that configuration names goes into every call");
    let bad = [
        json!({}),
        json!({"tenant": ""}),
        json!({"tenant": " "}),
        json!({"tenant": ["a"]}),
        json!({"tenant": {}}),
        json!({"tenant": null}),
        json!({"tenant": "a\r\nX-Admin: 1"}),
        json!({"tenant": "é"}),
        json!({"tenant": " a"}),
    ];
    for claims in bad {
        let error = world.refused(&caller_with("alice", claims.clone()).await, "other", json!({})).await;
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{claims}: {error:?}");
    }
    assert!(world.server.requests().is_empty());
    let alice = caller_with("alice", json!({"tenant": "acme"})).await;
    world.call(&alice, "mine", json!({"X-User-Id": "any"})).await.unwrap();
    assert_eq!(world.server.only().header("x-tenant"), ["acme"]);
}

#[tokio::test]
async fn an_explicit_place_is_that_place_alone() {
    let world =
        world(&[("path:user_id", "{caller.id}"), ("query:id", "u-{caller.id}"), ("cookie:uid", "{caller.id}")]).await;
    let alice = caller("alice").await;
    world.call(&alice, "orders", json!({})).await.unwrap();
    let request = world.server.only();
    assert_eq!((request.target.as_str(), request.header("cookie")), ("/users/alice/orders", vec!["uid=alice"]));
    world.call(&alice, "other", json!({"id": "u-alice"})).await.unwrap();
    assert_eq!(world.server.only().target, "/other?id=u-alice");
    for input in [json!({"id": "alice"}), json!({"ID": "bob"})] {
        assert_eq!(world.refused(&alice, "other", input).await.kind(), ErrorKind::IdentityMismatch);
    }
    assert_eq!(world.refused(&alice, "orders", json!({"User_Id": "bob"})).await.kind(), ErrorKind::IdentityMismatch);
    let error = world.refused(&alice, "orders", json!({"user_id": "../bob"})).await;
    assert_eq!(error.kind(), ErrorKind::IdentityMismatch);
}

#[tokio::test]
async fn an_id_that_would_climb_out_of_its_path_is_not_sent() {
    let world = world(&[("path:user_id", "{caller.id}")]).await;
    for id in ["..", ".", "../bob", "bob/../x", "%2e%2e"] {
        let caller = caller(id).await;
        if let Ok(outcome) = world.call(&caller, "orders", json!({})).await {
            let target = world.server.only().target;
            assert!(target.starts_with("/users/") && target.matches('/').count() == 3, "{id}: {target} {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_constant_ties_nothing_and_still_goes_along() {
    let world = world(&[("header:X-App", "app-key"), ("path:user_id", "{caller.id}")]).await;
    // `header:` goes everywhere, but only what names the caller opens an operation.
    assert_eq!(world.offered(), ["orders"]);
    world.call(&caller("alice").await, "orders", json!({})).await.unwrap();
    assert_eq!(world.server.only().header("x-app"), ["app-key"]);
}

#[tokio::test]
async fn what_cannot_be_bound_is_refused_at_the_start() {
    for (key, template) in [
        ("header:Host", "{caller.id}"),
        ("header:Content-Length", "1"),
        ("form:user", "{caller.id}"),
        ("query:", "{caller.id}"),
        ("user_id", "{user}"),
        ("user_id", ""),
        ("body:a..b", "{caller.id}"),
        ("-", "{caller.id}"),
    ] {
        let server = testkit::Recorder::start().await;
        let done = World::with(server, &document(paths(), json!({})), binding(&[(key, template)]), &NoSources).await;
        assert_eq!(done.err().map(|error| error.kind()), Some(ErrorKind::InvalidArgument), "{key} = {template}");
    }
}

#[tokio::test]
async fn a_bound_field_of_a_field_leaves_the_collections_own() {
    let note = json!({"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"},
        "owner": {"$ref": "#/components/schemas/Owner"}}});
    let answer =
        |schema: &Value| json!({"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}});
    let user = || parameter("user_id", "query");
    let mut list = get("list_notes", json!([user()]), json!([]));
    list["responses"] = answer(&json!({"type": "array", "items": note}));
    let mut one = get("get_note", json!([user(), parameter("id", "path")]), json!([]));
    one["responses"] = answer(&note);
    let document = document(json!({"/notes": {"get": list}, "/notes/{id}": {"get": one}}), json!({}));
    for (bound, has_id) in [("body:owner.id", true), ("body:id", false)] {
        let pairs = binding(&[("user_id", "{caller.id}"), (bound, "{caller.id}")]);
        let world = World::new(&document, pairs, &NoSources).await;
        let catalog = world.catalog();
        let notes = catalog.collections.iter().find(|it| it.name == "notes");
        let found = notes.is_some_and(|notes| notes.fields.iter().any(|field| field.name == "id"));
        assert_eq!(found, has_id, "{bound}: {:?}", catalog.collections);
    }
}
