use std::time::{Duration, Instant};

use bellhop_access::{TokenError, VerifierOptions};
use serde_json::{Value, json};
use testkit::issuer::{Answer, Issuer, SigningKey};

async fn unavailable_with(answer: Answer) {
    let issuer = Issuer::start("EdDSA").await;
    issuer.serve("/jwks", answer.clone());
    let verifier = issuer.verifier();
    let error = verifier.verify(&issuer.token("alice")).await.unwrap_err();
    assert_eq!(error, TokenError::Unavailable, "{answer:?}");
}

#[tokio::test]
async fn an_answer_that_is_no_jwks_is_as_good_as_none() {
    let huge = "x".repeat(300 * 1024);
    for answer in [
        Answer::Status(500),
        Answer::Status(404),
        Answer::Status(204),
        Answer::Text("<html>sign in</html>".into()),
        Answer::Text(String::new()),
        Answer::Text("[".repeat(100_000)),
        Answer::Json(json!([])),
        Answer::Json(json!({"keys": "none"})),
        Answer::Json(json!({"keys": [], "padding": huge})),
        Answer::Json(json!({"keys": vec![SigningKey::new("key-0", "EdDSA").jwk(); 65]})),
    ] {
        unavailable_with(answer).await;
    }
}

#[tokio::test]
async fn keys_count_only_with_status_200() {
    let issuer = Issuer::start("EdDSA").await;
    for status in [201, 203, 500] {
        issuer.serve("/jwks", Answer::StatusWith(status, json!({"keys": [issuer.key.jwk()]})));
        let error = issuer.verifier().verify(&issuer.token("alice")).await.unwrap_err();
        assert_eq!(error, TokenError::Unavailable, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (issuer, evil) = (Issuer::start("EdDSA").await, Issuer::start("EdDSA").await);
    evil.publish(std::slice::from_ref(&issuer.key));
    issuer.serve("/jwks", Answer::Redirect(evil.jwks_url()));
    let error = issuer.verifier().verify(&issuer.token("alice")).await.unwrap_err();
    assert_eq!((error, evil.requests("/jwks")), (TokenError::Unavailable, 0));
}

#[tokio::test]
async fn a_provider_that_hangs_is_given_up() {
    let issuer = Issuer::start("EdDSA").await;
    issuer.serve("/jwks", Answer::Late(Duration::from_secs(60), json!({})));
    let verifier = issuer.verifier_with(VerifierOptions { fetch_timeout_ms: 200, ..VerifierOptions::default() });
    let start = Instant::now();
    assert_eq!(verifier.verify(&issuer.token("alice")).await.unwrap_err(), TokenError::Unavailable);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_empty_set_knows_no_key() {
    let issuer = Issuer::start("EdDSA").await;
    issuer.publish(&[]);
    assert_eq!(issuer.verifier().verify(&issuer.token("alice")).await.unwrap_err(), TokenError::UnknownKey);
}

#[tokio::test]
async fn a_broken_key_does_not_spoil_the_others() {
    let issuer = Issuer::start("ES256").await;
    let broken = |name: &str, value: Value| {
        let mut jwk = SigningKey::new("broken", "ES256").jwk();
        jwk[name] = value;
        jwk
    };
    let keys = json!({"keys": [
        null, 7, "key", [], {},
        broken("x", json!("!!!")), broken("y", json!(null)), broken("crv", json!(7)), broken("kty", json!("EC2")),
        {"kty": "RSA", "kid": "key-0"},
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA", "kid": "pq"},
        issuer.key.jwk(),
    ]});
    issuer.serve("/jwks", Answer::Json(keys));
    assert_eq!(issuer.verifier().verify(&issuer.token("alice")).await.unwrap().id().as_str(), "alice");
}

#[tokio::test]
async fn a_point_off_the_curve_verifies_nothing() {
    for alg in ["ES256", "ES384", "ES512"] {
        let issuer = Issuer::start(alg).await;
        let mut jwk = issuer.key.jwk();
        jwk["y"] = jwk["x"].clone();
        issuer.serve("/jwks", Answer::Json(json!({"keys": [jwk]})));
        assert_eq!(issuer.verifier().verify(&issuer.token("alice")).await.unwrap_err(), TokenError::Signature, "{alg}");
    }
}
