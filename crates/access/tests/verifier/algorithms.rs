use bellhop_access::{IssuerConfig, Keys, TokenError};
use serde_json::json;
use testkit::issuer::{ALGORITHMS, AUDIENCE, SigningKey};

use super::{ISSUER, Inline, alice, claims, jwks, verifier};

const SECRET: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

fn by(alg: &'static str) -> Inline {
    if !alg.starts_with("HS") {
        return Inline::new(alg);
    }
    let secret = String::from_utf8(SECRET.to_vec()).unwrap().into();
    Inline {
        key: SigningKey::of_secret(alg, SECRET),
        verifier: verifier(IssuerConfig::new(ISSUER, AUDIENCE, Keys::Secret(secret))),
    }
}

#[tokio::test]
async fn a_token_of_each_algorithm_makes_a_caller() {
    for alg in ALGORITHMS {
        assert_eq!(by(alg).claims(&claims()).await, alice(), "{alg}");
    }
}

#[tokio::test]
async fn a_changed_claim_breaks_the_signature_of_each_algorithm() {
    for alg in ALGORITHMS {
        let inline = by(alg);
        let signed = inline.key.token(&claims());
        let other = inline.key.token(&testkit::issuer::changed(claims(), &json!({"sub": "bob"})));
        let (head, _) = other.rsplit_once('.').unwrap();
        let (_, signature) = signed.rsplit_once('.').unwrap();
        let forged = format!("{head}.{signature}");
        assert_eq!(inline.token(&forged).await, Err(TokenError::Signature), "{alg}");
        assert_eq!(inline.token(&format!("{head}.")).await, Err(TokenError::Signature), "{alg} without a signature");
    }
}

#[tokio::test]
async fn another_key_of_the_same_algorithm_and_name_is_refused() {
    for alg in ALGORITHMS {
        let inline = by(alg);
        let other = match alg.starts_with("HS") {
            true => SigningKey::of_secret(alg, b"another secret that is as long as that"),
            false => SigningKey::new("one", alg),
        };
        assert_eq!(inline.token(&other.token(&claims())).await, Err(TokenError::Signature), "{alg}");
    }
}

#[tokio::test]
async fn an_rsa_key_that_names_no_algorithm_admits_its_whole_family() {
    let key = SigningKey::new("one", "RS256");
    let mut jwk = key.jwk();
    jwk.as_object_mut().unwrap().remove("alg");
    let keys = Keys::Jwks(jwks(&[jwk]));
    let verifier = verifier(IssuerConfig::new(ISSUER, AUDIENCE, keys));
    for alg in ALGORITHMS.into_iter().filter(|alg| alg.starts_with("RS") || alg.starts_with("PS")) {
        let inline = Inline { key: key.clone().saying(alg), verifier: verifier.clone() };
        assert_eq!(inline.claims(&claims()).await, alice(), "{alg}");
    }
}

#[tokio::test]
async fn a_key_that_names_an_algorithm_admits_only_that() {
    let inline = Inline::new("RS256");
    for alg in ["RS384", "RS512", "PS256", "PS384", "PS512"] {
        let token = inline.key.clone().saying(alg).token(&claims());
        assert_eq!(inline.token(&token).await, Err(TokenError::Algorithm), "{alg}");
    }
}

#[tokio::test]
async fn both_names_of_ed25519_are_the_same_algorithm() {
    for (in_key, in_token) in [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA")] {
        let inline = Inline::new(in_key);
        let token = inline.key.clone().saying(in_token).token(&claims());
        assert_eq!(inline.token(&token).await, alice(), "key {in_key}, token {in_token}");
    }
}

#[tokio::test]
async fn keys_without_alg_use_or_kid_are_used() {
    for alg in ["EdDSA", "ES256", "ES384", "ES512", "RS256"] {
        let key = SigningKey::new("one", alg);
        let mut jwk = key.jwk();
        jwk.as_object_mut().unwrap().retain(|name, _| !["alg", "use", "kid"].contains(&name.as_str()));
        let config = IssuerConfig::new(ISSUER, AUDIENCE, Keys::Jwks(jwks(&[jwk])));
        let inline = Inline { key, verifier: verifier(config) };
        assert_eq!(inline.claims(&claims()).await, alice(), "{alg}");
    }
}

#[tokio::test]
async fn a_token_without_kid_is_tried_with_each_key_that_fits() {
    let keys: Vec<_> = ["a", "b", "c"].map(|kid| SigningKey::new(kid, "ES256")).into();
    let published: Vec<_> = keys.iter().map(SigningKey::jwk).collect();
    let verifier = verifier(IssuerConfig::new(ISSUER, AUDIENCE, Keys::Jwks(jwks(&published))));
    for key in keys {
        let token = key.sign(&json!({"alg": "ES256"}), &claims());
        let inline = Inline { key, verifier: verifier.clone() };
        assert_eq!(inline.token(&token).await, alice());
    }
}
