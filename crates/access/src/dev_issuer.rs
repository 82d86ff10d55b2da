use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// Signs tokens on the operator's own machine, with a key of its own. What it signs goes through a
/// [`Verifier`](crate::Verifier) like any other token.
pub struct DevIssuer {
    issuer: String,
    audience: String,
    key: Ed25519KeyPair,
    pkcs8: Vec<u8>,
    kid: String,
}

/// The development issuer cannot make or read its key, or sign what it was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DevIssuerError {
    /// No key could be made.
    #[error("no signing key could be made")]
    NoKey,
    /// What was given is no key.
    #[error("this is not an Ed25519 key in PKCS#8 form: delete it and a new one is made")]
    NotAKey,
    /// A time to live that goes beyond all clocks.
    #[error("the token would live too long")]
    Lifetime,
}

impl DevIssuer {
    /// An issuer with a new key.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Result<Self, DevIssuerError> {
        let pkcs8 = Ed25519KeyPair::generate().and_then(|key| key.to_pkcs8v1()).map_err(|_| DevIssuerError::NoKey)?;
        Self::from_pkcs8(issuer, audience, pkcs8.as_ref())
    }

    /// An issuer with the key that [`pkcs8`](Self::pkcs8) gave before, so that several processes can share it.
    pub fn from_pkcs8(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        pkcs8: &[u8],
    ) -> Result<Self, DevIssuerError> {
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(|_| DevIssuerError::NotAKey)?;
        let kid = thumbprint(key.public_key().as_ref());
        Ok(Self { issuer: issuer.into(), audience: audience.into(), key, pkcs8: pkcs8.to_vec(), kid })
    }

    /// The private key. Whoever has it can be any user.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public key, as a JWK Set.
    pub fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key().as_ref());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "alg": "EdDSA", "use": "sig", "kid": self.kid}]})
    }

    /// A token with these claims, among them `sub`, that is good for `ttl` from now. Issuer, audience and times are
    /// set here, whatever `claims` say.
    pub fn token(&self, mut claims: Map<String, Value>, ttl: Duration) -> Result<String, DevIssuerError> {
        let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let expires_s = now_s.checked_add(ttl.as_secs()).ok_or(DevIssuerError::Lifetime)?;
        claims.insert("iss".into(), self.issuer.as_str().into());
        claims.insert("aud".into(), self.audience.as_str().into());
        claims.insert("iat".into(), now_s.into());
        claims.insert("exp".into(), expires_s.into());
        let header = json!({"typ": "JWT", "alg": "EdDSA", "kid": self.kid});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&Value::Object(claims)));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        Ok(format!("{signed}.{signature}"))
    }

    /// What its tokens have as `iss`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What its tokens have as `aud`.
    pub fn audience(&self) -> &str {
        &self.audience
    }
}

/// The key's name, by RFC 7638 section 3 and RFC 8037 section 2: the same key has the same name in every process.
fn thumbprint(public_key: &[u8]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public_key);
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()))
}

impl fmt::Debug for DevIssuer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("DevIssuer").field("issuer", &self.issuer).field("kid", &self.kid).finish_non_exhaustive()
    }
}
