use std::time::Duration;

use bellhop_access::{IdentitySigner, IssuerConfig, Keys, TokenError, Verifier, VerifierOptions};
use serde_json::{Value, json};
use testkit::issuer::Issuer;

const HERE: &str = "https://bellhop.example.com";
const THERE: &str = "https://api.example.com";

/// Of `openssl genpkey`, made for this test.
const P256: &str = "-----BEGIN PRIVATE KEY-----\n\
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5zXfP9ktMZa81XvOl2r5iQgofEVL3kz76n4Y6OYfD/KhRANCAAS76fD/sAkZ/XirGHkMESeGmtPGoM8zap3vllAoCSZnC1NbiybjhjxrG23ZsVNLIoS999FY1aGyBoZjjarmzb+2\n-----END PRIVATE KEY-----\n";
const ED25519: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIPKnJPo5v84A/PzI+MMAjDLquuKNyaDBoRUBUWsPKkSo\n-----END PRIVATE KEY-----\n";
const ED25519_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAuAzF4AjpO/HovbVhP/6nUJ7VQ8rzo6ioZ+umTzLjrq4=\n-----END PUBLIC KEY-----\n";
const P256_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEu+nw/7AJGf14qxh5DBEnhprTxqDPM2qd75ZQKAkmZwtTW4sm44Y8axtt2bFTSyKEvffRWNWhsgaGY42q5s2/tg==\n-----END PUBLIC KEY-----\n";

/// The API, which checks tokens with the published keys.
fn there(signer: &IdentitySigner) -> Verifier {
    let config = IssuerConfig::new(HERE, THERE, Keys::Jwks(signer.jwks()));
    Verifier::new(vec![config], VerifierOptions::default()).unwrap()
}

fn claims(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn an_api_checks_the_token_with_the_published_keys_and_learns_who_calls() {
    let caller =
        testkit::caller_with("alice", json!({"tenant": "acme", "email": "a@example.com", "jti": "theirs"})).await;
    for (pem, algorithm) in [(ED25519, "EdDSA"), (P256, "ES256")] {
        let signer = IdentitySigner::from_pem(HERE, pem).unwrap();
        let token = signer
            .sign(&caller, THERE, Duration::from_secs(60), &claims(&["tenant", "missing", "jti", "sub"]))
            .unwrap();
        let seen = there(&signer).verify(&token).await.unwrap();
        let mut all = Value::Object(seen.claims().clone());
        let (iat, exp) = (all["iat"].as_u64().unwrap(), all["exp"].as_u64().unwrap());
        assert!(exp - iat == 60 && testkit::issuer::now_s() - iat < 5, "{all}");
        let jti = all["jti"].as_str().unwrap().to_owned();
        assert!(jti.len() == 22 && jti != "theirs");
        for name in ["iat", "exp", "jti"] {
            all.as_object_mut().unwrap().remove(name);
        }
        let wanted = json!({"iss": HERE, "sub": "alice", "aud": THERE, "idp": caller.issuer(), "tenant": "acme"});
        assert_eq!(all, wanted);
        assert_eq!(signer.jwks()["keys"][0]["alg"], algorithm);
        let again = signer.sign(&caller, THERE, Duration::from_secs(60), &[]).unwrap();
        assert_ne!(there(&signer).verify(&again).await.unwrap().claim("jti").unwrap(), jti.as_str());
    }
}

#[tokio::test]
async fn no_user_signs_in_here_with_it() {
    let issuer = Issuer::start("EdDSA").await;
    let caller = testkit::caller("alice").await;
    let signer = IdentitySigner::ephemeral(HERE).unwrap();
    let token = signer.sign(&caller, THERE, Duration::from_secs(60), &[]).unwrap();
    assert_eq!(issuer.verifier().verify(&token).await.unwrap_err(), TokenError::Issuer);
    // Nor where this server were taken for an issuer: it is for somebody else.
    let config = IssuerConfig::new(HERE, "https://bellhop.test", Keys::Jwks(signer.jwks()));
    let fooled = Verifier::new(vec![config], VerifierOptions::default()).unwrap();
    assert_eq!(fooled.verify(&token).await.unwrap_err(), TokenError::Audience);
}

#[tokio::test]
async fn it_is_good_for_no_longer_than_the_callers_own_token() {
    let caller = testkit::caller("alice").await;
    let signer = IdentitySigner::ephemeral(HERE).unwrap();
    let token = signer.sign(&caller, THERE, Duration::from_secs(86_400), &[]).unwrap();
    assert_eq!(there(&signer).verify(&token).await.unwrap().expires_at_s(), caller.expires_at_s());
}

#[tokio::test]
async fn tokens_of_a_retired_key_are_checked_as_long_as_it_is_listed() {
    let caller = testkit::caller("alice").await;
    let old = IdentitySigner::from_pem(HERE, ED25519).unwrap();
    let token = old.sign(&caller, THERE, Duration::from_secs(60), &[]).unwrap();
    let new = IdentitySigner::from_pem(HERE, P256).unwrap();
    assert!(there(&new).verify(&token).await.is_err());
    let new = new.retired(ED25519_PUBLIC).unwrap().retired(P256_PUBLIC).unwrap();
    assert!(there(&new).verify(&token).await.is_ok());
    let kids: Vec<_> = new.jwks()["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect();
    assert_eq!(kids.len(), 2, "its own key stands once: {kids:?}");
    assert_eq!(new.jwks()["keys"][1], old.jwks()["keys"][0]);
}

#[test]
fn what_is_no_key_is_refused_and_no_key_prints() {
    for wrong in ["", "key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", ED25519_PUBLIC] {
        assert!(IdentitySigner::from_pem(HERE, wrong).is_err(), "{wrong}");
    }
    let signer = IdentitySigner::from_pem(HERE, &ED25519.replace('\n', "\\n")).unwrap();
    let printed = format!("{signer:?} {}", signer.jwks());
    assert!(!printed.contains("\"d\""), "{printed}");
    assert!(signer.retired(ED25519).is_err());
}
