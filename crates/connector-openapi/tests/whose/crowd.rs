//! Two users at once, and the same id from two issuers: never another's credential.

use std::sync::Arc;

use access::{Caller, IdentitySigner, IssuerConfig, Keys, Verifier, VerifierOptions};
use serde_json::json;
use testkit::Recorder;
use testkit::issuer::{AUDIENCE, SigningKey, now_s};
use upstream::{ClientAuth, CredentialConfig, ExchangeConfig, IdentityConfig, SignedConfig};

use crate::world::{Given, World, document, get, key};

const ISSUERS: [&str; 2] = ["https://one.test", "https://two.test"];

/// Four users: two ids, each from two issuers.
async fn users() -> Vec<Caller> {
    let issuers = ISSUERS;
    let keys = [SigningKey::new("one", "EdDSA"), SigningKey::new("two", "EdDSA")];
    let configs = issuers.iter().zip(&keys).map(|(issuer, key)| {
        let config = IssuerConfig::new(*issuer, AUDIENCE, Keys::Jwks(json!({"keys": [key.jwk()]})));
        IssuerConfig { user_prefix: (*issuer == issuers[1]).then(|| "two:".to_owned()), ..config }
    });
    let options = VerifierOptions { keeps_tokens: true, ..VerifierOptions::default() };
    let verifier = Verifier::new(configs.collect(), options).unwrap();
    let mut users = Vec::new();
    for (issuer, key) in issuers.iter().zip(&keys) {
        for user in ["alice", "bob"] {
            let claims = json!({"iss": issuer, "aud": AUDIENCE, "sub": user, "exp": now_s() + 600,
                "key": format!("claim|{user}|{issuer}")});
            users.push(verifier.verify(&key.token(&claims)).await.unwrap());
        }
    }
    users
}

fn own(way: &str, caller: &Caller) -> String {
    format!("{way}|{}|{}", caller.id().as_str().trim_start_matches("two:"), caller.issuer())
}

/// 200 calls at once, the users taking turns. The API answers with what it got; each must be its caller's.
async fn all_get_their_own(world: World, users: &[Caller], header: &'static str, seen: impl Fn(&str) -> String) {
    let world = Arc::new(world);
    let calls = (0..200).map(|at| {
        let (world, caller) = (Arc::clone(&world), users[at % users.len()].clone());
        tokio::spawn(async move {
            let outcome = world.call(&caller, "a", json!({"n": at.to_string()})).await.unwrap();
            let answer: serde_json::Value = serde_json::from_str(outcome.data.unwrap().get()).unwrap();
            (at, answer)
        })
    });
    for call in futures::future::join_all(calls).await {
        let (at, answer) = call.unwrap();
        let headers = answer["headers"].as_array().unwrap();
        let values: Vec<_> =
            headers.iter().filter(|pair| pair[0] == header).map(|pair| pair[1].as_str().unwrap()).collect();
        assert_eq!(values.len(), 1, "{answer}");
        assert_eq!(
            seen(values[0]).replace("two:", ""),
            own("", &users[at % users.len()]).trim_start_matches('|'),
            "call {at}"
        );
        assert!(answer["target"].as_str().unwrap().ends_with(&format!("n={at}")));
    }
    assert_eq!(world.server.requests().len(), 200);
}

fn one() -> serde_json::Value {
    let bearer = json!({"bearer": {"type": "http", "scheme": "bearer"}});
    let number = json!([{"name": "n", "in": "query", "schema": {"type": "string"}}]);
    document(json!({"/a": {"get": get("a", number, json!([{"bearer": []}]))}}), bearer)
}

fn after(text: &str, way: &str) -> String {
    text.strip_prefix(&format!("Bearer {way}|")).unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn credentials_from_claims_and_a_store() {
    let users = users().await;
    let credential = |change: fn(&mut CredentialConfig)| {
        let mut credential = CredentialConfig::default();
        change(&mut credential);
        IdentityConfig { credential: Some(credential), ..IdentityConfig::default() }
    };
    let world = World::new(&one(), credential(|it| it.claim = Some("key".into())), &Given::default()).await;
    all_get_their_own(world, &users, "authorization", |text| after(text, "claim")).await;
    let given = Given::keys(users.iter().map(|user| (user, vec![key(&own("store", user))])));
    let world = World::new(&one(), credential(|it| it.store = true), &given).await;
    all_get_their_own(world, &users, "authorization", |text| after(text, "store")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bound_values() {
    let users = users().await;
    let bind = [("header:X-User".to_owned(), "{claims.sub}|{caller.issuer}".to_owned())].into();
    let world = World::new(&one(), IdentityConfig { bind, ..IdentityConfig::default() }, &Given::default()).await;
    all_get_their_own(world, &users, "x-user", str::to_owned).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exchanged_tokens() {
    let users = users().await;
    // The endpoint reads the subject token, as a real one does, and writes who it is into the new one.
    let endpoint = Recorder::answering(|request| {
        let token = request.body.split('&').find_map(|pair| pair.strip_prefix("subject_token=")).unwrap();
        let claims = token.split('.').nth(1).unwrap();
        let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        let (sub, iss) = (claims["sub"].as_str().unwrap(), claims["iss"].as_str().unwrap());
        (200, json!({"access_token": format!("exchanged|{sub}|{iss}"), "token_type": "Bearer", "expires_in": 300}))
    })
    .await;
    let exchange = ExchangeConfig {
        issuers: ISSUERS.map(str::to_owned).to_vec(),
        token_url: format!("{}/token", endpoint.url()),
        audience: None,
        resource: None,
        scope: None,
        client_id: "bellhop".into(),
        client_secret: None,
        client_auth: ClientAuth::Post,
        subject_token_type: None,
        requested_token_type: None,
        actor_token: None,
        actor_token_type: None,
    };
    let identity = IdentityConfig { exchange: Some(exchange), ..IdentityConfig::default() };
    let world = World::new(&one(), identity, &Given::default()).await;
    all_get_their_own(world, &users, "authorization", |text| after(text, "exchanged")).await;
    assert_eq!(endpoint.requests().len(), users.len(), "each token is exchanged once, however many calls wait for it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signed_tokens() {
    let users = users().await;
    let signer = Arc::new(IdentitySigner::ephemeral("https://bellhop.example.com").unwrap());
    let given = Given { signer: Some(signer), ..Given::default() };
    let signed =
        SignedConfig { audience: "https://api.example.com".into(), header: None, ttl_s: 60, claims: Vec::new() };
    let world = World::new(&one(), IdentityConfig { signed: Some(signed), ..IdentityConfig::default() }, &given).await;
    all_get_their_own(world, &users, "authorization", |text| {
        let claims = text.split('.').nth(1).unwrap();
        let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        format!("{}|{}", claims["sub"].as_str().unwrap(), claims["idp"].as_str().unwrap())
    })
    .await;
}
