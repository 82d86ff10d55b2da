use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::Clock;

/// An identity provider whose tokens are accepted.
#[derive(Clone, Debug)]
pub struct IssuerConfig {
    /// What a token's `iss` must be, byte for byte (RFC 7519 section 4.1.1).
    pub issuer: String,
    /// One of these must be among a token's `aud`.
    pub audiences: Vec<String>,
    /// What its signatures are checked with.
    pub keys: Keys,
    /// The claim that holds the user's id. Without it: `sub`, `id`, `user_id`, `userId`, the first that is there.
    pub user_id_claim: Option<String>,
    /// How far this clock and the issuer's may differ. At most [`IssuerConfig::LEEWAY_S_MAX`].
    pub leeway_s: u64,
}

impl IssuerConfig {
    /// Largest `leeway_s`.
    pub const LEEWAY_S_MAX: u64 = 300;

    /// An issuer with one audience, the usual claims and a leeway of 30 seconds.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, keys: Keys) -> Self {
        Self { issuer: issuer.into(), audiences: vec![audience.into()], keys, user_id_claim: None, leeway_s: 30 }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let issuer = || self.issuer.clone();
        if self.issuer.is_empty() {
            return Err(ConfigError::NoIssuer);
        }
        if self.audiences.is_empty() || self.audiences.iter().any(String::is_empty) {
            return Err(ConfigError::NoAudience { issuer: issuer() });
        }
        if self.leeway_s > Self::LEEWAY_S_MAX {
            return Err(ConfigError::Leeway { issuer: issuer(), leeway_s: self.leeway_s });
        }
        if self.user_id_claim.as_ref().is_some_and(String::is_empty) {
            return Err(ConfigError::NoClaim { issuer: issuer() });
        }
        match &self.keys {
            Keys::Secret(secret) if secret.expose_secret().len() < Keys::SECRET_BYTES_MIN => {
                Err(ConfigError::ShortSecret { issuer: issuer() })
            }
            Keys::JwksUrl(url) if !is_http(url) => Err(ConfigError::Address { url: url.clone() }),
            Keys::Discover if !is_http(&self.issuer) => Err(ConfigError::Address { url: issuer() }),
            _ => Ok(()),
        }
    }
}

impl IssuerConfig {
    /// Where keys would come over the open network without TLS.
    pub(crate) fn exposed_address(&self) -> Option<&str> {
        let url = match &self.keys {
            Keys::JwksUrl(url) => url,
            Keys::Discover => &self.issuer,
            Keys::Jwks(_) | Keys::Secret(_) => return None,
        };
        reqwest::Url::parse(url).is_ok_and(|parsed| is_exposed(&parsed)).then_some(url.as_str())
    }
}

/// Whether what is sent there goes over a network without TLS.
pub(crate) fn is_exposed(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    url.scheme() == "http" && !is_here
}

fn is_http(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

/// What signatures are checked with.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Public keys fetched from this address.
    JwksUrl(String),
    /// Public keys fetched from where the issuer's well-known documents say, looked up at first use.
    /// See [`discover`](crate::discover).
    Discover,
    /// Public keys, as a JWK Set (RFC 7517 section 5).
    Jwks(Value),
    /// A secret shared with the issuer, for HS256, HS384 and HS512. Its UTF-8 bytes are the key.
    Secret(SecretString),
}

impl Keys {
    /// Fewest bytes of a shared secret: the size of the smallest hash (RFC 7518 section 3.2).
    pub const SECRET_BYTES_MIN: usize = 32;
}

/// Bounds of a [`Verifier`](crate::Verifier), and its clock.
#[derive(Clone, Debug)]
pub struct VerifierOptions {
    /// What tells the time.
    pub clock: Clock,
    /// Longest token, in bytes.
    pub token_bytes_max: usize,
    /// Most verified tokens that are remembered.
    pub tokens_cached_max: u64,
    /// Largest JWKS or well-known document, in bytes.
    pub jwks_bytes_max: usize,
    /// How long one fetch of those may take.
    pub fetch_timeout_ms: u64,
    /// How old fetched keys may become before they are fetched again.
    pub keys_refresh_s: u64,
    /// How long after a fetch for an unknown key, or after one that failed, no other is tried.
    pub keys_cooldown_ms: u64,
    /// How long a key that the issuer did not have counts as unknown without asking again.
    pub unknown_key_s: u64,
    /// Most names of unknown keys that are remembered.
    pub unknown_keys_max: u64,
    /// Whether callers keep their token, so that it can be exchanged. Without need it is not kept.
    pub keeps_tokens: bool,
    /// Accepts unsigned development tokens that end in `.bypass-signature`. It does not exist without debug
    /// assertions.
    #[cfg(debug_assertions)]
    pub bypass: bool,
}

impl Default for VerifierOptions {
    fn default() -> Self {
        Self {
            clock: Clock::default(),
            token_bytes_max: 16 * 1024,
            tokens_cached_max: 10_000,
            jwks_bytes_max: 256 * 1024,
            fetch_timeout_ms: 5_000,
            keys_refresh_s: 600,
            keys_cooldown_ms: 5_000,
            unknown_key_s: 30,
            unknown_keys_max: 1_000,
            keeps_tokens: false,
            #[cfg(debug_assertions)]
            bypass: false,
        }
    }
}

/// Why a configuration makes no verifier.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No issuer at all, or one without a name.
    #[error("no issuer is configured: name the identity provider whose tokens are accepted")]
    NoIssuer,
    /// Two of the same name.
    #[error("the issuer {issuer} is configured twice")]
    TwoIssuers {
        /// Its name.
        issuer: String,
    },
    /// No audience, or an empty one.
    #[error("the issuer {issuer} has no audience: name what its tokens must be made for")]
    NoAudience {
        /// Its name.
        issuer: String,
    },
    /// An empty name of a claim.
    #[error("the user id claim of the issuer {issuer} is empty: name a claim or leave it out")]
    NoClaim {
        /// Its name.
        issuer: String,
    },
    /// More than [`IssuerConfig::LEEWAY_S_MAX`].
    #[error("a leeway of {leeway_s} s for the issuer {issuer} is too long: at most {} s", IssuerConfig::LEEWAY_S_MAX)]
    Leeway {
        /// Its name.
        issuer: String,
        /// What was asked for.
        leeway_s: u64,
    },
    /// Fewer than [`Keys::SECRET_BYTES_MIN`] bytes.
    #[error("the secret of the issuer {issuer} is too short: at least {} bytes", Keys::SECRET_BYTES_MIN)]
    ShortSecret {
        /// Its name.
        issuer: String,
    },
    /// Not an address to fetch keys from.
    #[error("{url} is not an http or https address, so no keys can be fetched from it")]
    Address {
        /// What was given.
        url: String,
    },
    /// A JWK Set in which nothing verifies signatures.
    #[error(
        "the JWKS of the issuer {issuer} has no usable key: it needs {{\"keys\":[…]}} with Ed25519, P-256, P-384, P-521 \
         or RSA (2048 bits and more) public keys; a shared secret is configured as a secret"
    )]
    NoKeys {
        /// Its name.
        issuer: String,
    },
    /// The HTTP client cannot start.
    #[error("the HTTP client cannot start")]
    Http(#[source] reqwest::Error),
}
