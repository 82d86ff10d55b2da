use std::sync::Arc;
use std::time::Duration;

use access::{DevIssuer, IdentitySigner, IssuerConfig, Keys, Verifier, VerifierOptions};
use connector::ErrorKind;
use serde_json::{Value, json};
use testkit::{Recorder, caller, caller_with};
use upstream::{CredentialConfig, IdentityConfig, SignedConfig};

use crate::world::{Given, World, document, get, key};

fn one() -> Value {
    let bearer = json!({"bearer": {"type": "http", "scheme": "bearer"}});
    document(json!({"/a": {"get": get("a", json!([]), json!([{"bearer": []}]))}}), bearer)
}

fn with(change: impl Fn(&mut CredentialConfig)) -> IdentityConfig {
    let mut credential = CredentialConfig::default();
    change(&mut credential);
    IdentityConfig { credential: Some(credential), ..IdentityConfig::default() }
}

async fn sent(world: &World, caller: &access::Caller) -> String {
    world.call(caller, "a", json!({})).await.unwrap();
    world.server.only().header("authorization").join("|")
}

#[tokio::test]
async fn a_claim_of_the_callers_own_token() {
    let identity = with(|it| it.claim = Some("keys.things".into()));
    let world = World::new(&one(), identity, &Given::default()).await;
    for user in ["alice", "bob"] {
        let caller = caller_with(user, json!({"keys": {"things": format!("key-{user}")}})).await;
        assert_eq!(sent(&world, &caller).await, format!("Bearer key-{user}"));
    }
    for claims in [json!({}), json!({"keys": {"things": ["a"]}}), json!({"keys": "x"})] {
        let error = world.refused(&caller_with("carol", claims).await, "a", json!({})).await;
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        assert!(error.message().contains("no claim `keys.things`"), "{error}");
    }
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn a_claim_that_all_users_of_an_app_share_ties_nothing() {
    for claim in ["azp", "client_id", "appid", "scope", "token_use"] {
        let world = World::new(&one(), with(|it| it.claim = Some(claim.into())), &Given::default()).await;
        let caller = caller_with("alice", json!({(claim): "shared"})).await;
        let error = world.refused(&caller, "a", json!({})).await;
        assert_eq!(error.kind(), ErrorKind::NotFound, "{claim}: {error}");
        assert!(world.server.requests().is_empty(), "{claim}");
    }
}

#[tokio::test]
async fn a_variable_is_one_users_and_nobody_elses() {
    let identity = with(|it| (it.env, it.user) = (Some("KEY".into()), Some("alice".into())));
    let given = Given { variables: [("KEY".to_owned(), "key-alice".to_owned())].into(), ..Given::default() };
    let world = World::new(&one(), identity, &given).await;
    assert_eq!(sent(&world, &caller("alice").await).await, "Bearer key-alice");
    for other in ["bob", "Alice", "alice ", "alic"] {
        let error = world.refused(&caller(other).await, "a", json!({})).await;
        assert_eq!((error.kind(), error.message().contains("another user")), (ErrorKind::PermissionDenied, true));
    }
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn a_variable_of_a_user_is_not_that_of_the_same_id_from_another_issuer() {
    let identity = with(|it| {
        (it.env, it.user) = (Some("KEY".into()), Some("alice".into()));
        it.user_issuer = Some("https://elsewhere.test".into());
    });
    let given = Given { variables: [("KEY".to_owned(), "key-alice".to_owned())].into(), ..Given::default() };
    let world = World::new(&one(), identity, &given).await;
    assert_eq!(world.refused(&caller("alice").await, "a", json!({})).await.kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_variable_of_a_user_is_theirs_at_every_issuer_that_shares_the_users() {
    let issuers =
        ["https://first.test", "https://second.test"].map(|name| DevIssuer::new(name, "https://bellhop.test").unwrap());
    let configs = issuers.each_ref().map(|it| IssuerConfig {
        same_users_as: (it.issuer() == "https://second.test").then(|| "https://first.test".into()),
        ..IssuerConfig::new(it.issuer(), it.audience(), Keys::Jwks(it.jwks()))
    });
    let verifier = Verifier::new(configs.into(), VerifierOptions::default()).unwrap();
    let identity = with(|it| {
        (it.env, it.user) = (Some("KEY".into()), Some("alice".into()));
        it.user_issuer = Some("https://first.test".into());
    });
    let given = Given { variables: [("KEY".to_owned(), "key-alice".to_owned())].into(), ..Given::default() };
    let world = World::new(&one(), identity, &given).await;
    for issuer in &issuers {
        let claims = [("sub".to_owned(), json!("alice"))].into_iter().collect();
        let token = issuer.token(claims, Duration::from_secs(60)).unwrap();
        world.call(&verifier.verify(&token).await.unwrap(), "a", json!({})).await.unwrap();
    }
    assert_eq!(world.server.requests().len(), 2);
}

#[tokio::test]
async fn a_command_is_run_without_a_shell_for_its_user_alone_and_not_for_every_call() {
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let script = "echo x >> \"$0\"; printf 'key-%s\\n' \"$1\"";
    let words = ["sh", "-c", script, &count.to_string_lossy(), "$(id);`id`"].map(str::to_owned).to_vec();
    let identity = with(|it| (it.command, it.user) = (Some(words.clone()), Some("alice".into())));
    let world = World::new(&one(), identity, &Given::default()).await;
    let alice = caller("alice").await;
    assert_eq!(world.refused(&caller("bob").await, "a", json!({})).await.kind(), ErrorKind::PermissionDenied);
    assert!(!count.exists(), "it is not run for anybody else");
    for _ in 0..3 {
        assert_eq!(sent(&world, &alice).await, "Bearer key-$(id);`id`");
    }
    assert_eq!(std::fs::read_to_string(&count).unwrap(), "x\n", "run once for three calls");
}

#[tokio::test]
async fn a_command_that_fails_prints_nothing_or_too_much_gives_no_credential() {
    let alice = caller("alice").await;
    for script in ["exit 3", "true", "head -c 20000 /dev/zero | tr '\\0' a", "printf '\\377'"] {
        let words = ["sh", "-c", script].map(str::to_owned).to_vec();
        let identity = with(|it| (it.command, it.user) = (Some(words.clone()), Some("alice".into())));
        let world = World::new(&one(), identity, &Given::default()).await;
        let error = world.refused(&alice, "a", json!({})).await;
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{script}");
        assert!(!error.message().contains("sh"), "{error}");
    }
    let missing = with(|it| (it.command, it.user) = (Some(vec!["/no/such/program".into()]), Some("alice".into())));
    let world = World::new(&one(), missing, &Given::default()).await;
    assert_eq!(world.refused(&alice, "a", json!({})).await.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn who_has_none_is_told_what_to_do_and_nothing_is_sent() {
    let alice = caller("alice").await;
    let given = Given::keys([(&alice, vec![key("key-alice")])]);
    let world = World::new(&one(), with(|it| it.store = true), &given).await;
    let error = world.refused(&caller("bob").await, "a", json!({})).await;
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(error.message(), "There is no credential of yours for things. Set one by `bellhop secret set things`.");
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn a_401_is_tried_once_more_with_a_newer_credential_and_no_oftener() {
    let alice = caller("alice").await;
    let only_new = |request: &testkit::Recorded| match request.header("authorization")[..] {
        ["Bearer new"] => (200, json!({"in": true})),
        _ => (401, json!({"error": "expired"})),
    };
    let given = Given::keys([(&alice, vec![key("old"), key("new")])]);
    let server = Recorder::answering(only_new).await;
    let world = World::with(server, &one(), with(|it| it.store = true), &given).await.unwrap();
    world.call(&alice, "a", json!({})).await.unwrap();
    assert_eq!(world.server.requests().len(), 2);

    let given = Given::keys([(&alice, vec![key("old")])]);
    let server = Recorder::answering(only_new).await;
    let world = World::with(server, &one(), with(|it| it.store = true), &given).await.unwrap();
    let error = world.refused(&alice, "a", json!({})).await;
    assert_eq!(world.server.requests().len(), 1, "there is no newer one");
    assert!(!error.message().contains("old"), "{error}");
}

#[tokio::test]
async fn a_token_about_the_caller_that_the_api_can_check() {
    let signer = Arc::new(IdentitySigner::ephemeral("https://bellhop.example.com").unwrap());
    let signed = |header: Option<&str>| IdentityConfig {
        signed: Some(SignedConfig {
            audience: "https://api.example.com".into(),
            header: header.map(str::to_owned),
            ttl_s: 60,
            claims: vec!["tenant".into()],
        }),
        ..IdentityConfig::default()
    };
    let there = IssuerConfig::new("https://bellhop.example.com", "https://api.example.com", Keys::Jwks(signer.jwks()));
    let there = Verifier::new(vec![there], VerifierOptions::default()).unwrap();
    for (header, name, prefix) in [(None, "authorization", "Bearer "), (Some("X-Identity"), "x-identity", "")] {
        let given = Given { signer: Some(signer.clone()), ..Given::default() };
        let world = World::new(&one(), signed(header), &given).await;
        for user in ["alice", "bob"] {
            world.call(&caller_with(user, json!({"tenant": "acme"})).await, "a", json!({})).await.unwrap();
            let request = world.server.only();
            let token = request.header(name)[0].strip_prefix(prefix).unwrap();
            let seen = there.verify(token).await.unwrap();
            assert_eq!((seen.id().as_str(), seen.claim("tenant").unwrap()), (user, &json!("acme")));
        }
    }
}
