//! Whose tokens are accepted, and the bounds of checking them.

mod check;
mod error;
mod introspection;
mod options;

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;
use serde_json::Value;

pub(crate) use check::{is_exposed, together};
pub use error::ConfigError;
pub use introspection::{ClientAuth, Introspected, IntrospectionConfig};
pub use options::VerifierOptions;

/// An identity provider whose tokens are accepted.
///
/// What a token is for must be told by `audiences`, by `clients`, or by both.
#[derive(Clone, Debug)]
pub struct IssuerConfig {
    /// What a token's `iss` must be, byte for byte (RFC 7519 section 4.1.1).
    pub issuer: String,
    /// One of these must be among a token's `aud`. Where there are none, a token that has an `aud` is refused.
    pub audiences: Vec<String>,
    /// Where it is not empty, the client that a token was given to must be one of these: each of `azp`, `client_id`,
    /// `appid` and `cid` that the token has, and it has one.
    pub clients: Vec<String>,
    /// What its signatures are checked with.
    pub keys: Keys,
    /// How tokens are asked about that keys cannot judge.
    pub introspection: Option<IntrospectionConfig>,
    /// The claim that holds the user's id. Without it: `sub`, `id`, `user_id`, `userId`, the first that is there.
    /// A claim's name may lead inwards by dots: see [`claim_at`](crate::claim_at).
    pub user_id_claim: Option<String>,
    /// The claims that hold scopes. Without any: `scope`, `scp` and `permissions`.
    pub scopes_claims: Vec<String>,
    /// The claims that hold roles. Without any: `roles`, `role` and `groups`.
    pub roles_claims: Vec<String>,
    /// What a scope holds besides itself: whoever has the one has the others, and what those hold.
    pub scopes: BTreeMap<String, BTreeSet<String>>,
    /// Stands before each user's id, so that the users of two issuers are never the same.
    pub user_prefix: Option<String>,
    /// The issuer whose users these are too: the same id is the same person, under that issuer's prefix.
    pub same_users_as: Option<String>,
    /// Accepts tokens that a client got for itself, and makes their ids of this and the client's own. Without it they
    /// are refused: [`TokenError::Machine`](crate::TokenError::Machine).
    pub client_prefix: Option<String>,
    /// Accepts ID tokens, which tell a client who its user is, as if they were meant for us.
    pub accept_id_tokens: bool,
    /// How far this clock and the issuer's may differ. At most [`IssuerConfig::LEEWAY_S_MAX`].
    pub leeway_s: u64,
}

impl IssuerConfig {
    /// Largest `leeway_s`.
    pub const LEEWAY_S_MAX: u64 = 300;

    /// Longest prefix, in bytes.
    pub const PREFIX_BYTES_MAX: usize = 64;

    /// An issuer with one audience, the usual claims and a leeway of 30 seconds.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, keys: Keys) -> Self {
        Self { audiences: vec![audience.into()], ..Self::without_audience(issuer, keys) }
    }

    /// An issuer whose `audiences` or `clients` are still to be told.
    pub fn without_audience(issuer: impl Into<String>, keys: Keys) -> Self {
        Self {
            issuer: issuer.into(),
            audiences: Vec::new(),
            clients: Vec::new(),
            keys,
            introspection: None,
            user_id_claim: None,
            scopes_claims: Vec::new(),
            roles_claims: Vec::new(),
            scopes: BTreeMap::new(),
            user_prefix: None,
            same_users_as: None,
            client_prefix: None,
            accept_id_tokens: false,
            leeway_s: 30,
        }
    }
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
    /// Nothing: no JSON Web Token is accepted, only opaque tokens by introspection.
    None,
}

impl Keys {
    /// Fewest bytes of a shared secret: the size of the smallest hash (RFC 7518 section 3.2).
    pub const SECRET_BYTES_MIN: usize = 32;
}
