//! Tokens about callers that this server signs for others.

mod key;

use std::fmt;
use std::time::Duration;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::{Caller, Clock};

pub use key::SignerError;
use key::{SigningKey, public_jwk};

/// Signs short-lived tokens about callers, and publishes what they are checked with.
///
/// Such a token is for an upstream: its issuer is this server, which is none of the issuers whose users may sign in,
/// and its audience is the upstream.
pub struct IdentitySigner {
    issuer: String,
    key: SigningKey,
    /// Public keys whose tokens may still be about.
    retired: Vec<Value>,
    clock: Clock,
}

/// Claims that are set here, whatever the caller's own token says.
const SET_HERE: [&str; 8] = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "idp"];

impl IdentitySigner {
    /// Signs with a private key in PEM form (PKCS#8): Ed25519, or P-256 for ES256.
    pub fn from_pem(issuer: impl Into<String>, pem: &str) -> Result<Self, SignerError> {
        Ok(Self::with(issuer.into(), SigningKey::from_pem(pem)?))
    }

    /// Signs with a new Ed25519 key that is gone when the process ends.
    pub fn ephemeral(issuer: impl Into<String>) -> Result<Self, SignerError> {
        Ok(Self::with(issuer.into(), SigningKey::new()?))
    }

    fn with(issuer: String, key: SigningKey) -> Self {
        Self { issuer, key, retired: Vec::new(), clock: Clock::default() }
    }

    /// Goes on publishing the public key (PEM, `SubjectPublicKeyInfo`) of a private key that signed before.
    pub fn retired(mut self, pem: &str) -> Result<Self, SignerError> {
        self.retired.push(public_jwk(pem)?);
        Ok(self)
    }

    /// Tells the time by this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The JWK Set (RFC 7517 section 5) that its tokens are checked with.
    pub fn jwks(&self) -> Value {
        let mut keys = vec![self.key.jwk()];
        keys.extend(
            self.retired.iter().filter(|old| old.get("kid") != keys[0].get("kid")).cloned().collect::<Vec<_>>(),
        );
        json!({ "keys": keys })
    }

    /// A token that says for `audience` who the caller is: `sub` is their id, `idp` the issuer that vouched for them,
    /// and of their own claims those that are named. Good for `ttl`, and no longer than the caller's own token.
    pub fn sign(
        &self,
        caller: &Caller,
        audience: &str,
        ttl: Duration,
        claims: &[String],
    ) -> Result<String, SignerError> {
        let now_s = self.clock.now_s();
        let expires_s = now_s.saturating_add(ttl.as_secs()).min(caller.expires_at_s().max(now_s.saturating_add(1)));
        let mut own = Map::new();
        own.insert("iss".into(), self.issuer.as_str().into());
        own.insert("sub".into(), caller.id().as_str().into());
        own.insert("aud".into(), audience.into());
        own.insert("iat".into(), now_s.into());
        own.insert("exp".into(), expires_s.into());
        own.insert("jti".into(), random()?.into());
        own.insert("idp".into(), caller.issuer().into());
        for name in claims.iter().filter(|name| !SET_HERE.contains(&name.as_str())) {
            if let Some(value) = caller.claim(name) {
                own.insert(name.clone(), value.clone());
            }
        }
        let header = json!({"typ": "JWT", "alg": self.key.algorithm(), "kid": self.key.kid()});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&Value::Object(own)));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes())?);
        Ok(format!("{signed}.{signature}"))
    }
}

/// A `jti` that is never given twice.
fn random() -> Result<String, SignerError> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| SignerError::Sign)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl fmt::Debug for IdentitySigner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("IdentitySigner")
            .field("issuer", &self.issuer)
            .field("kid", &self.key.kid())
            .finish_non_exhaustive()
    }
}
