use connector::ErrorKind;
use serde_json::{Value, json};
use testkit::caller;
use upstream::{Credential, CredentialConfig, IdentityConfig};

use crate::world::{Given, World, document, get, key};

fn schemes() -> Value {
    json!({
        "head": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "pair": {"type": "apiKey", "in": "query", "name": "api_key"},
        "crumb": {"type": "apiKey", "in": "cookie", "name": "session"},
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://x.example/t", "scopes": {}}}},
        "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://x.example/.well-known/openid-configuration"},
        "digest": {"type": "http", "scheme": "digest"},
        "mtls": {"type": "mutualTLS"},
    })
}

fn paths() -> Value {
    let mut paths = serde_json::Map::new();
    let one = |name: &str| json!([{name: []}]);
    for name in ["head", "pair", "crumb", "basic", "bearer", "oauth", "oidc", "digest", "mtls"] {
        paths.insert(format!("/{name}"), json!({"get": get(name, json!([]), one(name))}));
    }
    let more = [
        ("or", json!([{"mtls": []}, {"head": []}, {"bearer": []}])),
        ("and", json!([{"head": [], "pair": []}])),
        ("open", json!([])),
        ("optional", json!([{}, {"head": []}])),
    ];
    for (name, security) in more {
        paths.insert(format!("/{name}"), json!({"get": get(name, json!([]), security)}));
    }
    let shadow = json!([{"name": "x-api-key", "in": "header", "schema": {"type": "string"}}]);
    paths.insert("/shadow".into(), json!({"get": get("shadow", shadow, one("head"))}));
    paths.into()
}

fn stored() -> CredentialConfig {
    CredentialConfig { store: true, ..CredentialConfig::default() }
}

fn with(credential: CredentialConfig) -> IdentityConfig {
    IdentityConfig { credential: Some(credential), ..IdentityConfig::default() }
}

#[tokio::test]
async fn each_scheme_puts_each_users_own_credential_where_it_belongs() {
    let (alice, bob) = (caller("alice").await, caller("bob").await);
    let given = Given::keys([(&alice, vec![key("key-alice")]), (&bob, vec![key("key-bob")])]);
    let world = World::new(&document(paths(), schemes()), with(stored()), &given).await;
    assert_eq!(
        world.offered(),
        ["basic", "bearer", "crumb", "head", "oauth", "oidc", "optional", "or", "pair", "shadow"],
        "{:?}",
        world.catalog().hidden
    );
    for (caller, own, basic) in [(&alice, "key-alice", "a2V5LWFsaWNlOg=="), (&bob, "key-bob", "a2V5LWJvYjo=")] {
        let wanted = [
            ("head", "x-api-key", own.to_owned()),
            ("crumb", "cookie", format!("session={own}")),
            ("basic", "authorization", format!("Basic {basic}")),
            ("bearer", "authorization", format!("Bearer {own}")),
            ("oauth", "authorization", format!("Bearer {own}")),
            ("oidc", "authorization", format!("Bearer {own}")),
            ("or", "x-api-key", own.to_owned()),
            ("optional", "x-api-key", own.to_owned()),
            ("shadow", "x-api-key", own.to_owned()),
        ];
        for (action, header, value) in wanted {
            world.call(caller, action, json!({})).await.unwrap();
            let request = world.server.only();
            assert_eq!(request.header(header), [value], "{action}");
            assert_eq!(request.text().matches("key-").count(), usize::from(action != "basic"), "{action} once");
        }
        world.call(caller, "pair", json!({})).await.unwrap();
        assert_eq!(world.server.only().target, format!("/pair?api_key={own}"));
    }
}

#[tokio::test]
async fn an_argument_does_not_stand_where_a_credential_goes() {
    let alice = caller("alice").await;
    let given = Given::keys([(&alice, vec![key("key-alice")])]);
    let world = World::new(&document(paths(), schemes()), with(stored()), &given).await;
    assert!(!crate::world::text(&world.action("shadow")).contains("api-key"));
    world.call(&alice, "shadow", json!({"x-api-key": "key-bob"})).await.unwrap();
    assert_eq!(world.server.only().header("x-api-key"), ["key-alice"]);
}

#[tokio::test]
async fn an_account_goes_where_basic_goes_and_nowhere_else() {
    let alice = caller("alice").await;
    let account = Credential::Basic { username: "al".into(), password: "pw".to_owned().into() };
    let given = Given::keys([(&alice, vec![account])]);
    let world = World::new(&document(paths(), schemes()), with(stored()), &given).await;
    world.call(&alice, "basic", json!({})).await.unwrap();
    assert_eq!(world.server.only().header("authorization"), ["Basic YWw6cHc="]);
    assert_eq!(world.refused(&alice, "head", json!({})).await.kind(), ErrorKind::PermissionDenied);
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn schemes_that_are_needed_together_are_all_attached() {
    let alice = caller("alice").await;
    let given = Given {
        variables: [("PAIR".to_owned(), "pair-alice".to_owned())].into(),
        ..Given::keys([(&alice, vec![key("key-alice")])])
    };
    let of_the_pair =
        CredentialConfig { env: Some("PAIR".into()), user: Some("alice".into()), ..CredentialConfig::default() };
    let identity = IdentityConfig { credentials: [("pair".to_owned(), of_the_pair)].into(), ..with(stored()) };
    let world = World::new(&document(paths(), schemes()), identity, &given).await;
    world.call(&alice, "and", json!({})).await.unwrap();
    let request = world.server.only();
    assert_eq!((request.header("x-api-key"), request.target.as_str()), (vec!["key-alice"], "/and?api_key=pair-alice"));
    let bob = caller("bob").await;
    assert_eq!(world.refused(&bob, "and", json!({})).await.kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_place_of_the_configurations_own_goes_into_every_call() {
    let alice = caller("alice").await;
    let given = Given::keys([(&alice, vec![key("key-alice")])]);
    let places = [
        (
            CredentialConfig { header: Some("Authorization".into()), prefix: Some("Token ".into()), ..stored() },
            "authorization: Token key-alice",
        ),
        (CredentialConfig { header: Some("X-Key".into()), ..stored() }, "x-key: key-alice"),
        (CredentialConfig { query_parameter: Some("k".into()), ..stored() }, "?k=key-alice"),
        (CredentialConfig { cookie: Some("k".into()), ..stored() }, "cookie: k=key-alice"),
    ];
    for (credential, wanted) in places {
        let world = World::new(&document(paths(), schemes()), with(credential), &given).await;
        assert_eq!(world.offered().len(), 14);
        for action in ["open", "mtls"] {
            world.call(&alice, action, json!({})).await.unwrap();
            let text = world.server.only().text();
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}

#[tokio::test]
async fn an_api_that_says_nothing_of_credentials_gets_a_bearer_token() {
    let alice = caller("alice").await;
    let given = Given::keys([(&alice, vec![key("key-alice")])]);
    let paths = json!({"/a": {"get": get("a", json!([]), json!([]))}});
    let world = World::new(&document(paths, json!({})), with(stored()), &given).await;
    world.call(&alice, "a", json!({})).await.unwrap();
    assert_eq!(world.server.only().header("authorization"), ["Bearer key-alice"]);
}

#[tokio::test]
async fn what_needs_none_is_offered_where_configuration_says_so() {
    let alice = caller("alice").await;
    let given = Given::keys([(&alice, vec![key("key-alice")])]);
    let identity = IdentityConfig { public: true, ..with(stored()) };
    let world = World::new(&document(paths(), schemes()), identity, &given).await;
    world.call(&caller("bob").await, "open", json!({})).await.unwrap();
    assert!(!world.server.only().text().contains("key-"));
    assert!(matches!(world.action("open").ownership, connector::Ownership::Shared { writable: false }));
}

#[tokio::test]
async fn a_scheme_may_be_named_like_an_extension() {
    let alice = caller("alice").await;
    let given = Given::keys([(&alice, vec![key("key-alice")])]);
    let paths = json!({"/one": {"get": get("one", json!([]), json!([{"x-api-key": []}]))}});
    let schemes = json!({"x-api-key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}});
    let world = World::new(&document(paths, schemes), with(stored()), &given).await;
    assert_eq!(world.offered(), ["one"], "{:?}", world.catalog().hidden);
    world.call(&alice, "one", json!({})).await.unwrap();
    assert_eq!(world.server.only().header("x-api-key"), ["key-alice"]);
}
