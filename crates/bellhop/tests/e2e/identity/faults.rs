//! Every way in which a token can be wrong, and a provider that is away.

use serde_json::{Value, json};
use testkit::issuer::{AUDIENCE, Answer, Issuer, SigningKey, now_s};

use super::{bellhop, is_refused, jwks, writes_a_note};
use crate::support::Mcp;

/// Every token that must not open a door, with the reason.
fn faults(issuer: &Issuer) -> Vec<(&'static str, String)> {
    let claims = issuer.claims("alice");
    let with = |changes: Value| issuer.token_with("alice", &changes);
    let headed = |changes: Value| {
        let mut header = issuer.key.header();
        header.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        issuer.key.sign(&header, &claims)
    };
    let good = issuer.token("alice");
    let parts: Vec<&str> = good.split('.').collect();
    let other = SigningKey::new(&issuer.key.kid, issuer.key.alg);
    let unsigned = testkit::issuer::changed(issuer.key.header(), &json!({"alg": "none"}));
    let unsigned = SigningKey::of_secret("HS256", b"x").sign(&unsigned, &claims);
    let confused = SigningKey::of_secret("HS256", &issuer.key.public_bytes());
    let confused = confused.sign(&json!({"typ": "JWT", "alg": "HS256", "kid": issuer.key.kid}), &claims);
    let now_s = now_s();
    vec![
        ("a signature of another key of the same name", other.token(&claims)),
        ("a signature cut short", good[..good.len() - 4].to_owned()),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("no token at all", "x".to_owned()),
        ("alg none", unsigned.rsplit_once('.').map(|(signed, _)| format!("{signed}.")).expect("three parts")),
        ("the public key used as a shared secret", confused),
        ("an algorithm that is not the key's", headed(json!({"alg": "RS256"}))),
        ("an unknown critical parameter", headed(json!({"crit": ["x"], "x": 1}))),
        ("a key inside the token", headed(json!({"jwk": issuer.key.jwk()}))),
        ("a pointer to keys", headed(json!({"jku": format!("{}/jwks", issuer.url())}))),
        ("a pointer to a certificate", headed(json!({"x5u": "https://evil.test/cert"}))),
        ("a key that the issuer does not have", headed(json!({"kid": "another"}))),
        ("another issuer", with(json!({"iss": "https://evil.test"}))),
        ("an issuer with a slash more", with(json!({"iss": format!("{}/", issuer.url())}))),
        ("no issuer", with(json!({"iss": null}))),
        ("another audience", with(json!({"aud": "https://other.test"}))),
        ("no audience", with(json!({"aud": null}))),
        ("no expiry", with(json!({"exp": null}))),
        ("expired", with(json!({"exp": now_s - 120}))),
        ("an expiry that is no number", with(json!({"exp": "tomorrow"}))),
        ("not valid yet", with(json!({"nbf": now_s + 600}))),
        ("no user", with(json!({"sub": null}))),
        ("an empty user", with(json!({"sub": ""}))),
        ("a list of users", with(json!({"sub": ["alice"]}))),
        ("an object as user", with(json!({"sub": {"id": "alice"}}))),
        ("a machine's own token", with(json!({"client_id": "alice"}))),
        ("a bypass token", format!("{}.{}.bypass-signature", parts[0], parts[1])),
    ]
}

#[tokio::test]
async fn every_fault_of_a_token_is_401_with_a_challenge() {
    let issuer = Issuer::start("ES256").await;
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    writes_a_note(&bellhop, &issuer.token("alice"), "alice").await;
    for (why, token) in faults(&issuer) {
        is_refused(&bellhop, &token, why).await;
    }
    assert_eq!(bellhop.mcp(&issuer.token("alice")).status().await.0, 200, "the good token is still good");
}

#[tokio::test]
async fn without_a_token_the_challenge_names_the_metadata_and_no_error() {
    let issuer = Issuer::start("ES256").await;
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    let (status, challenge) = Mcp::new(&bellhop.url, None).status().await;
    let challenge = challenge.expect("a challenge");
    assert_eq!(status, 401);
    assert!(!challenge.contains("error="), "{challenge}");
    let address = challenge.split("resource_metadata=\"").nth(1).and_then(|rest| rest.split('"').next());
    let metadata = crate::support::http().get(address.expect("an address")).send().await.expect("the server answers");
    let metadata: Value = metadata.json().await.expect("JSON");
    assert_eq!(metadata["resource"], format!("{}/mcp", bellhop.url).as_str(), "{metadata}");
    assert_eq!(metadata["authorization_servers"], json!([issuer.url()]), "{metadata}");
}

#[tokio::test]
async fn a_token_in_the_query_is_not_looked_at() {
    let issuer = Issuer::start("ES256").await;
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    let address = format!("{}/api/tools?access_token={}", bellhop.url, issuer.token("alice"));
    let response = crate::support::http().get(address).send().await.expect("the server answers");
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn while_the_provider_is_down_known_keys_still_count() {
    let mut issuer = Issuer::start("EdDSA").await;
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    assert_eq!(bellhop.mcp(&issuer.token("alice")).status().await.0, 200);
    issuer.stop().await;
    assert_eq!(bellhop.mcp(&issuer.token("bob")).status().await.0, 200, "a new token of a known key");
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_503_and_never_a_way_in() {
    let issuer = Issuer::start("EdDSA").await;
    issuer.serve("/jwks", Answer::Status(500));
    let bellhop = bellhop(&jwks(&issuer.url(), AUDIENCE, &issuer.jwks_url())).await;
    assert_eq!(bellhop.mcp(&issuer.token("alice")).status().await.0, 503);
}
