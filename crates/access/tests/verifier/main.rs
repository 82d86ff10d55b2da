//! What a verifier accepts and refuses. Every token here is really signed, every key really served.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod algorithms;
#[cfg(debug_assertions)]
mod bypass;
mod claims;
mod config;
mod confusion;
mod dev_issuer;
mod discovery;
mod header;
mod hostile;
mod introspection;
mod issuers;
mod kinds;
mod rotation;
mod serving;
mod sign_in;
mod users;

use bellhop_access::{IssuerConfig, Keys, TokenError, Verifier, VerifierOptions};
use serde_json::{Value, json};
use testkit::issuer::{AUDIENCE, SigningKey, changed, now_s};

const ISSUER: &str = "https://issuer.test";

/// One key, given to the verifier as an inline JWKS.
struct Inline {
    key: SigningKey,
    verifier: Verifier,
}

impl Inline {
    fn new(alg: &'static str) -> Self {
        Self::with(alg, |config| config)
    }

    fn with(alg: &'static str, configure: impl FnOnce(IssuerConfig) -> IssuerConfig) -> Self {
        let key = SigningKey::new("one", alg);
        let config = configure(IssuerConfig::new(ISSUER, AUDIENCE, Keys::Jwks(jwks(&[key.jwk()]))));
        Self { key, verifier: verifier(config) }
    }

    /// Whether a token with these claims makes a caller, and whom.
    async fn claims(&self, claims: &Value) -> Result<String, TokenError> {
        self.token(&self.key.token(claims)).await
    }

    async fn changes(&self, changes: &Value) -> Result<String, TokenError> {
        self.claims(&changed(claims(), changes)).await
    }

    async fn token(&self, token: &str) -> Result<String, TokenError> {
        self.verifier.verify(token).await.map(|caller| caller.id().as_str().to_owned())
    }
}

fn verifier(config: IssuerConfig) -> Verifier {
    Verifier::new(vec![config], VerifierOptions::default()).unwrap()
}

fn jwks(keys: &[Value]) -> Value {
    json!({"keys": keys})
}

fn claims() -> Value {
    let now_s = now_s();
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now_s, "exp": now_s + 3600})
}

fn alice() -> Result<String, TokenError> {
    Ok("alice".to_owned())
}
