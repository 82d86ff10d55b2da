use bellhop_access::{IssuerConfig, Keys, TokenError};
use serde_json::{Value, json};
use testkit::issuer::{AUDIENCE, SigningKey};

use super::{ISSUER, Inline, alice, claims, jwks, verifier};

#[tokio::test]
async fn a_public_key_is_never_taken_for_a_shared_secret() {
    for alg in ["EdDSA", "ES256", "ES384", "ES512", "RS256", "PS256"] {
        let inline = Inline::new(alg);
        let jwk = inline.key.jwk();
        let spellings = [inline.key.public_bytes(), jwk.to_string().into_bytes(), text(&jwk).into_bytes()];
        for secret in spellings {
            for hs in ["HS256", "HS384", "HS512"] {
                let mut forger = SigningKey::of_secret(hs, &secret);
                forger.kid = "one".into();
                assert_eq!(inline.token(&forger.token(&claims())).await, Err(TokenError::Algorithm), "{alg} as {hs}");
            }
        }
    }
}

fn text(jwk: &Value) -> String {
    jwk["x"].as_str().or(jwk["n"].as_str()).unwrap().to_owned()
}

#[tokio::test]
async fn a_shared_secret_is_never_taken_for_a_public_key() {
    let secret = "0123456789abcdef0123456789abcdef";
    let verifier = verifier(IssuerConfig::new(ISSUER, AUDIENCE, Keys::Secret(secret.into())));
    for alg in ["EdDSA", "ES256", "RS256"] {
        let inline = Inline { key: SigningKey::new("one", alg), verifier: verifier.clone() };
        assert_eq!(inline.claims(&claims()).await, Err(TokenError::Algorithm), "{alg}");
    }
}

#[tokio::test]
async fn none_is_no_algorithm_in_any_spelling() {
    let inline = Inline::new("EdDSA");
    let (_, signature) = split(&inline.key.token(&claims()));
    for none in ["none", "None", "NONE", "nOnE", "", " none"] {
        let (head, _) = split(&inline.key.sign(&json!({"alg": none, "kid": "one"}), &claims()));
        assert_eq!(inline.token(&format!("{head}.")).await, Err(TokenError::Algorithm), "{none:?} unsigned");
        assert_eq!(inline.token(&format!("{head}.{signature}")).await, Err(TokenError::Algorithm), "{none:?}");
    }
}

#[tokio::test]
async fn the_curve_of_the_key_decides_and_not_the_header() {
    let curves = ["ES256", "ES384", "ES512", "EdDSA"];
    for alg in curves {
        let inline = Inline::new(alg);
        for other in curves.into_iter().filter(|other| *other != alg) {
            let token = inline.key.clone().saying(other).token(&claims());
            assert_eq!(inline.token(&token).await, Err(TokenError::Algorithm), "{alg} said to be {other}");
        }
    }
}

#[tokio::test]
async fn symmetric_keys_in_a_jwks_are_left_out() {
    let secret = SigningKey::of_secret("HS256", b"0123456789abcdef0123456789abcdef");
    let public = SigningKey::new("one", "EdDSA");
    let config = IssuerConfig::new(ISSUER, AUDIENCE, Keys::Jwks(jwks(&[secret.jwk(), public.jwk()])));
    let inline = Inline { key: public, verifier: verifier(config) };
    assert_eq!(inline.token(&secret.token(&claims())).await, Err(TokenError::UnknownKey));
    assert_eq!(inline.claims(&claims()).await, alice());
}

#[tokio::test]
async fn an_issuer_is_verified_with_its_own_keys_only() {
    let (ours, theirs) = (SigningKey::new("one", "EdDSA"), SigningKey::new("one", "EdDSA"));
    let config = |issuer: &str, key: &SigningKey| IssuerConfig::new(issuer, AUDIENCE, Keys::Jwks(jwks(&[key.jwk()])));
    let other = IssuerConfig { user_prefix: Some("other:".into()), ..config("https://other.test", &theirs) };
    let issuers = vec![config(ISSUER, &ours), other];
    let verifier = bellhop_access::Verifier::new(issuers, bellhop_access::VerifierOptions::default()).unwrap();
    let inline = Inline { key: ours, verifier };
    assert_eq!(inline.claims(&claims()).await, alice());
    assert_eq!(inline.changes(&json!({"iss": "https://other.test"})).await, Err(TokenError::Signature));
    let foreign = theirs.token(&testkit::issuer::changed(claims(), &json!({"iss": "https://other.test"})));
    assert_eq!(inline.verifier.verify(&foreign).await.unwrap().issuer(), "https://other.test");
}

fn split(token: &str) -> (String, String) {
    let (head, signature) = token.rsplit_once('.').unwrap();
    (head.to_owned(), signature.to_owned())
}
