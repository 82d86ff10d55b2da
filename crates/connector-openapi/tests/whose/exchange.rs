//! The caller's own token goes to the token endpoint and nowhere else.

use access::{Verifier, VerifierOptions};
use connector::ErrorKind;
use serde_json::{Value, json};
use testkit::issuer::Issuer;
use testkit::{Recorder, caller};
use upstream::{ClientAuth, ExchangeConfig, IdentityConfig};

use crate::world::{Given, World, document, get};

fn one() -> Value {
    let bearer = json!({"bearer": {"type": "http", "scheme": "bearer"}});
    document(json!({"/a": {"get": get("a", json!([]), json!([{"bearer": []}]))}}), bearer)
}

fn identity(endpoint: &Recorder) -> IdentityConfig {
    let exchange = ExchangeConfig {
        issuers: Vec::new(),
        token_url: format!("{}/token", endpoint.url()),
        audience: Some("https://api.example.com".into()),
        resource: None,
        scope: None,
        client_id: "bellhop".into(),
        client_secret: Some("secret".to_owned().into()),
        client_auth: ClientAuth::Basic,
        subject_token_type: None,
        requested_token_type: None,
        actor_token: None,
        actor_token_type: None,
    };
    IdentityConfig { exchange: Some(exchange), ..IdentityConfig::default() }
}

fn verifier(issuer: &Issuer) -> Verifier {
    issuer.verifier_with(VerifierOptions { keeps_tokens: true, ..VerifierOptions::default() })
}

/// Gives each subject token one of its own: its signature's end, reversed.
async fn endpoint() -> Recorder {
    Recorder::answering(|request| {
        let token = request.body.split('&').find_map(|pair| pair.strip_prefix("subject_token=")).unwrap().to_owned();
        let end: String = token.chars().rev().take(16).collect();
        (200, json!({"access_token": format!("new.{end}"), "token_type": "Bearer", "expires_in": 300}))
    })
    .await
}

#[tokio::test]
async fn the_api_gets_the_new_token_and_not_one_byte_of_the_callers() {
    let (issuer, endpoint) = (Issuer::start("EdDSA").await, endpoint().await);
    let verifier = verifier(&issuer);
    let world = World::new(&one(), identity(&endpoint), &Given::default()).await;
    for user in ["alice", "bob", "alice"] {
        let token = issuer.token(user);
        let caller = verifier.verify(&token).await.unwrap();
        world.call(&caller, "a", json!({})).await.unwrap();
        let request = world.server.only();
        let end: String = token.chars().rev().take(16).collect();
        assert_eq!(request.header("authorization"), [format!("Bearer new.{end}")]);
        let (claims, signature) = token.rsplit_once('.').unwrap();
        let all = request.text();
        assert!(!all.contains(signature) && !all.contains(claims.rsplit('.').next().unwrap()), "{all}");
    }
    assert!(endpoint.requests().iter().all(|request| request.target == "/token"));
}

#[tokio::test]
async fn no_way_of_tying_a_call_sends_the_callers_own_token() {
    // Every way at once, and every byte that arrives is looked at.
    let (issuer, endpoint) = (Issuer::start("EdDSA").await, endpoint().await);
    let signer = access::IdentitySigner::ephemeral("https://bellhop.example.com").unwrap();
    let given = Given { signer: Some(std::sync::Arc::new(signer)), ..Given::default() };
    let signed = upstream::SignedConfig {
        audience: "https://api.example.com".into(),
        header: Some("X-Identity".into()),
        ttl_s: 60,
        claims: vec!["sub".into(), "iss".into(), "aud".into(), "exp".into()],
    };
    let identity = IdentityConfig {
        signed: Some(signed),
        bind: [("header:X-User".to_owned(), "{caller.id}@{caller.issuer}".to_owned())].into(),
        ..identity(&endpoint)
    };
    let world = World::new(&one(), identity, &given).await;
    let token = issuer.token("alice");
    let caller = verifier(&issuer).verify(&token).await.unwrap();
    world.call(&caller, "a", json!({})).await.unwrap();
    let request = world.server.only();
    let signature = token.rsplit('.').next().unwrap();
    assert!(!request.text().contains(signature) && !request.text().contains(&token), "{request:?}");
    assert_eq!(
        request.header("authorization").len() + request.header("x-identity").len() + request.header("x-user").len(),
        3
    );
}

#[tokio::test]
async fn who_has_no_token_or_is_refused_one_calls_nothing() {
    let issuer = Issuer::start("EdDSA").await;
    let endpoint =
        Recorder::answering(|_| (400, json!({"error": "invalid_target", "error_description": "<inside>"}))).await;
    let world = World::new(&one(), identity(&endpoint), &Given::default()).await;
    let error = world.refused(&caller("alice").await, "a", json!({})).await;
    assert_eq!((error.kind(), error.message().contains("Sign in")), (ErrorKind::PermissionDenied, true));
    assert!(endpoint.requests().is_empty());
    let caller = verifier(&issuer).verify(&issuer.token("alice")).await.unwrap();
    let error = world.refused(&caller, "a", json!({})).await;
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(!error.message().contains("inside"), "{error}");
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn a_refused_token_is_exchanged_anew_once() {
    let issuer = Issuer::start("EdDSA").await;
    let count = std::sync::atomic::AtomicUsize::new(0);
    let endpoint = Recorder::answering(move |_| {
        let at = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        (200, json!({"access_token": format!("token-{at}"), "token_type": "Bearer", "expires_in": 300}))
    })
    .await;
    let server = Recorder::answering(|request| match request.header("authorization")[..] {
        ["Bearer token-0"] => (401, json!({})),
        _ => (200, json!({})),
    })
    .await;
    let world = World::with(server, &one(), identity(&endpoint), &Given::default()).await.unwrap();
    let caller = verifier(&issuer).verify(&issuer.token("alice")).await.unwrap();
    world.call(&caller, "a", json!({})).await.unwrap();
    assert_eq!((endpoint.requests().len(), world.server.requests().len()), (2, 2));
}
