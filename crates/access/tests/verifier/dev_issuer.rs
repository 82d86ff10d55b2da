use std::time::Duration;

use bellhop_access::{DevIssuer, DevIssuerError, IssuerConfig, Keys, TokenError};
use serde_json::json;

use super::{AUDIENCE, ISSUER, verifier};

fn config(issuer: &DevIssuer) -> IssuerConfig {
    IssuerConfig::new(issuer.issuer(), issuer.audience(), Keys::Jwks(issuer.jwks()))
}

#[tokio::test]
async fn its_tokens_are_verified_like_any_others() {
    let issuer = DevIssuer::new(ISSUER, AUDIENCE).unwrap();
    let claims = json!({"sub": "alice", "scope": "read", "iss": "https://evil.test", "exp": 1});
    let token = issuer.token(claims.as_object().unwrap().clone(), Duration::from_secs(60)).unwrap();
    let caller = verifier(config(&issuer)).verify(&token).await.unwrap();
    assert_eq!((caller.id().as_str(), caller.issuer()), ("alice", ISSUER));
}

#[tokio::test]
async fn two_processes_share_it_by_its_key() {
    let issuer = DevIssuer::new(ISSUER, AUDIENCE).unwrap();
    let again = DevIssuer::from_pkcs8(ISSUER, AUDIENCE, issuer.pkcs8()).unwrap();
    assert_eq!(issuer.jwks(), again.jwks());
    let token = again.token(json!({"sub": "bob"}).as_object().unwrap().clone(), Duration::from_secs(60)).unwrap();
    assert_eq!(verifier(config(&issuer)).verify(&token).await.unwrap().id().as_str(), "bob");
    let other = DevIssuer::new(ISSUER, AUDIENCE).unwrap();
    assert_eq!(verifier(config(&other)).verify(&token).await.unwrap_err(), TokenError::UnknownKey);
}

#[test]
fn what_is_not_a_key_is_refused() {
    for bytes in [&b""[..], b"not a key", &[0x30; 85]] {
        assert!(matches!(DevIssuer::from_pkcs8(ISSUER, AUDIENCE, bytes), Err(DevIssuerError::NotAKey)));
    }
}

#[test]
fn debug_shows_no_key() {
    let issuer = DevIssuer::new(ISSUER, AUDIENCE).unwrap();
    let shown = format!("{issuer:?}");
    assert!(shown.starts_with("DevIssuer { issuer: \"https://issuer.test\", kid: "), "{shown}");
    assert!(!shown.contains("pkcs8") && !shown.contains("key:"), "{shown}");
}
