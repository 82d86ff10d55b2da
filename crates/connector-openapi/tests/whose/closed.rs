use connector::{ErrorKind, Ownership};
use serde_json::{Value, json};
use testkit::{Recorder, caller};
use upstream::{CredentialConfig, IdentityConfig, NoSources, SignedConfig};

use crate::world::{Given, World, document, get};

fn small() -> Value {
    let key = json!({"head": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}});
    document(
        json!({"/a": {"get": get("a", json!([]), json!([{"head": []}]))}, "/b": {"get": get("b", json!([]), json!([]))}}),
        key,
    )
}

#[tokio::test]
async fn an_api_of_which_nothing_is_said_is_closed_and_says_the_line_that_opens_it() {
    let world = World::new(&small(), IdentityConfig::default(), &NoSources).await;
    let catalog = world.catalog();
    assert!(catalog.actions.is_empty());
    assert_eq!(catalog.hidden.len(), 2);
    for hidden in &catalog.hidden {
        assert_eq!(hidden.reason, "nothing ties a call to its user");
        assert!(
            hidden.open_with.contains("credential") && hidden.open_with.contains("[resources.things]"),
            "{hidden:?}"
        );
    }
    let error = world.refused(&caller("alice").await, "a", json!({})).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn shared_opens_it_and_says_that_it_is_everybodys() {
    let identity = IdentityConfig { shared: true, ..IdentityConfig::default() };
    let world = World::new(&small(), identity, &NoSources).await;
    assert_eq!(world.action("a").ownership, Ownership::Shared { writable: true });
    world.call(&caller("alice").await, "a", json!({})).await.unwrap();
}

#[tokio::test]
async fn one_key_is_everybodys_only_where_configuration_says_so() {
    let credential = CredentialConfig { env: Some("KEY".into()), ..CredentialConfig::default() };
    let given = Given { variables: [("KEY".to_owned(), "one-key".to_owned())].into(), ..Given::default() };
    let identity = IdentityConfig { credential: Some(credential), ..IdentityConfig::default() };
    let refused = World::with(Recorder::start().await, &small(), identity.clone(), &given).await.err().unwrap();
    assert!(refused.message().contains("say whose it is") && refused.message().contains("shared = true"), "{refused}");
    let world = World::new(&small(), IdentityConfig { shared: true, ..identity }, &given).await;
    assert_eq!(world.action("a").ownership, Ownership::Shared { writable: true });
    world.call(&caller("bob").await, "a", json!({})).await.unwrap();
    assert_eq!(world.server.only().header("x-api-key"), ["one-key"]);
    world.call(&caller("bob").await, "b", json!({})).await.unwrap();
    assert!(world.server.only().header("x-api-key").is_empty(), "what needs no key gets none");
}

#[tokio::test]
async fn mistakes_stop_the_start_and_name_the_key() {
    let credential = |change: fn(&mut CredentialConfig)| {
        let mut credential = CredentialConfig { store: true, ..CredentialConfig::default() };
        change(&mut credential);
        IdentityConfig { credential: Some(credential), ..IdentityConfig::default() }
    };
    let signed = |audience: &str, ttl_s| {
        let signed = SignedConfig { audience: audience.into(), header: None, ttl_s, claims: Vec::new() };
        IdentityConfig { signed: Some(signed), ..IdentityConfig::default() }
    };
    let second = CredentialConfig { store: true, ..CredentialConfig::default() };
    let twice = IdentityConfig { credentials: [("head".to_owned(), second)].into(), ..credential(|_| ()) };
    let wrong = [
        (credential(|it| it.store = false), "exactly one of claim, query, env, command and store"),
        (credential(|it| it.claim = Some("key".into())), "exactly one of"),
        (credential(|it| it.prefix = Some("Token ".into())), "`prefix` goes with `header`"),
        (credential(|it| (it.header, it.cookie) = (Some("a".into()), Some("b".into()))), "give one place"),
        (credential(|it| it.header = Some("a b".into())), "not the name of a header"),
        (credential(|it| (it.store, it.command) = (false, Some(Vec::new()))), "`command` is empty"),
        (credential(|it| (it.store, it.env) = (false, Some("NONE".into()))), "NONE is not set"),
        (credential(|it| (it.store, it.query) = (false, Some("keys".into()))), "RESOURCE.QUERY"),
        (signed("x", 60), "no signing key"),
        (twice, "only one credential can be `store = true`"),
    ];
    for (identity, words) in wrong {
        let error = World::with(Recorder::start().await, &small(), identity, &Given::default()).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains(words) && error.message().contains("[resources.things]"), "{words}: {error}");
    }
    let stored = credential(|_| ());
    let error = World::with(Recorder::start().await, &small(), stored, &NoSources).await.err().unwrap();
    assert!(error.message().contains("credential store"), "{error}");
}
