use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bellhop_access::{Caller, TokenError, Verifier, VerifierOptions};
use serde_json::{Value, json};
use testkit::issuer::{SigningKey, now_s};

use super::{Inline, claims};

fn token(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.bypass-signature", part(header), part(claims))
}

async fn verify(claims: Value) -> Result<Caller, TokenError> {
    let options = VerifierOptions { bypass: true, ..VerifierOptions::default() };
    let header = json!({"alg": "HS256", "typ": "JWT"});
    Verifier::new(vec![], options).unwrap().verify(&token(&header, &claims)).await
}

#[tokio::test]
async fn a_development_token_makes_a_caller_where_that_is_switched_on() {
    let claims = json!({
        "sub": "alice", "email": "alice@example.com", "name": "Alice", "iat": now_s(), "exp": now_s() + 60
    });
    let caller = verify(claims).await.unwrap();
    assert_eq!((caller.id().as_str(), caller.issuer(), caller.display_name()), ("alice", "bypass", "Alice"));
}

#[tokio::test]
async fn its_times_and_its_user_are_checked_all_the_same() {
    let exp = now_s() + 60;
    for (claims, error) in [
        (json!({"sub": "alice"}), TokenError::NoExpiry),
        (json!({"sub": "alice", "exp": 1}), TokenError::Expired),
        (json!({"sub": "alice", "exp": exp, "nbf": exp}), TokenError::NotYetValid),
        (json!({"exp": exp}), TokenError::NoUser),
        (json!({"exp": exp, "sub": ["alice"]}), TokenError::NoUser),
        (json!({"exp": exp, "sub": "m2m", "client_id": "m2m"}), TokenError::Machine),
    ] {
        assert_eq!(verify(claims.clone()).await.unwrap_err(), error, "{claims}");
    }
}

#[tokio::test]
async fn it_is_refused_where_it_is_not_switched_on() {
    let inline = Inline::new("EdDSA");
    let unsigned = token(&inline.key.header(), &claims());
    assert_eq!(inline.token(&unsigned).await, Err(TokenError::Signature));
}

#[tokio::test]
async fn other_tokens_are_verified_as_ever() {
    let options = VerifierOptions { bypass: true, ..VerifierOptions::default() };
    let verifier = Verifier::new(vec![], options).unwrap();
    let signed = SigningKey::new("one", "EdDSA").token(&claims());
    assert_eq!(verifier.verify(&signed).await.unwrap_err(), TokenError::Issuer);
}
