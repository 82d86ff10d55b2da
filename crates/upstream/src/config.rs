use std::path::PathBuf;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Secret;

/// How an upstream is reached. Part of a resource's own table, as `http = { … }`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClientConfig {
    /// Private, loopback and link-local addresses that may be connected to, one by one or as networks:
    /// `["10.1.0.0/16", "::1"]`. An address that the resource's own `url` is written with, and `localhost`, count as
    /// named.
    pub allow_addresses: Vec<String>,
    /// A certificate authority of your own, as a PEM file, beside the usual ones.
    pub ca: Option<PathBuf>,
    /// How long a connection may take to stand.
    pub connect_timeout_ms: u64,
    /// How long a whole call may take: waiting for its turn, redirects and repeats included.
    pub timeout_ms: u64,
    /// How many redirects within the same origin one call follows.
    pub redirects_max: u32,
    /// How often a call that may be repeated is repeated.
    pub retries: u32,
    /// How long the first repeat waits at most; each further one twice as long. A `Retry-After` of the upstream goes
    /// before it.
    pub retry_wait_ms: u64,
    /// How many failures in a row (no connection, no answer in time, 502, 503, 504) open the breaker; 0 turns it off.
    pub breaker_failures: u32,
    /// How long an open breaker answers at once, before one call tries again.
    pub breaker_ms: u64,
    /// How many requests are under way at once; others wait their turn.
    pub concurrency_max: usize,
    /// The most bytes of an answer's body that are read, decompressed. A smaller bound of the caller goes before it.
    pub answer_bytes_max: usize,
    /// The most bytes of all headers of an answer.
    pub answer_header_bytes_max: usize,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            allow_addresses: Vec::new(),
            ca: None,
            connect_timeout_ms: 5_000,
            timeout_ms: 25_000,
            redirects_max: 5,
            retries: 2,
            retry_wait_ms: 250,
            breaker_failures: 10,
            breaker_ms: 5_000,
            concurrency_max: 64,
            answer_bytes_max: 16 << 20,
            answer_header_bytes_max: 64 << 10,
        }
    }
}

/// How calls are tied to their caller: one of these, several of them, or none.
#[derive(Clone, Debug, Default)]
pub struct IdentityConfig {
    /// Everybody's: calls are not tied to the caller.
    pub shared: bool,
    /// A parameter, header or body field by name, and what it is set to: `user_id = "{caller.id}"`,
    /// `"header:X-Tenant" = "{claims.tenant}"`.
    pub bind: IndexMap<String, String>,
    /// Each user's own credential.
    pub credential: Option<CredentialConfig>,
    /// The user's token exchanged for one that the upstream takes (RFC 8693).
    pub exchange: Option<ExchangeConfig>,
    /// A short-lived token about the user, signed here.
    pub signed: Option<SignedConfig>,
    /// Each user connects their own account.
    pub connect: Option<ConnectConfig>,
}

/// Where each user's own credential comes from, and where it goes. Exactly one of the first five is given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CredentialConfig {
    /// A claim of the user's token holds it.
    pub claim: Option<String>,
    /// A declared query of a SQL resource finds it, run as the user: `shop.api_keys`.
    pub query: Option<String>,
    /// An environment variable holds it. It is one user's: `user` says whose.
    pub env: Option<String>,
    /// A command prints it. It is one user's: `user` says whose.
    pub command: Option<Vec<String>>,
    /// The credential store holds it: `bellhop secret set`, `PUT /api/credentials/{resource}`.
    pub store: bool,
    /// Whose `env` and `command` are: a user id.
    pub user: Option<String>,
    /// Which of the document's security schemes it is for; the first that can hold it where this is left out.
    pub scheme: Option<String>,
    /// Or a header that it goes into.
    pub header: Option<String>,
    /// What stands before it in that header: `Bearer `, `Token `.
    pub prefix: Option<String>,
    /// Or a pair of the query that it goes into.
    pub query_parameter: Option<String>,
    /// Or a cookie.
    pub cookie: Option<String>,
}

/// Token exchange (RFC 8693 section 2).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeConfig {
    /// The token endpoint of the authorization server that both sides trust.
    pub token_url: String,
    /// For whom the new token is.
    #[serde(default)]
    pub audience: Option<String>,
    /// The resource indicator (RFC 8707).
    #[serde(default)]
    pub resource: Option<String>,
    /// What it should allow.
    #[serde(default)]
    pub scope: Option<String>,
    /// This server's client id there.
    pub client_id: String,
    /// Its secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
}

/// A token about the user that this server signs; the key set to check it with is at `/.well-known/jwks.json`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedConfig {
    /// For whom: the token's `aud`.
    pub audience: String,
    /// The header that it goes into; `Authorization`, after `Bearer `, where this is left out.
    #[serde(default)]
    pub header: Option<String>,
    /// How long it is good for.
    #[serde(default = "signed_ttl_s")]
    pub ttl_s: u64,
    /// Claims of the user's own token that go into it.
    #[serde(default)]
    pub claims: Vec<String>,
}

fn signed_ttl_s() -> u64 {
    60
}

/// Connecting a user's own account: the authorization code flow with PKCE (OAuth 2.1 section 4.1). What the user
/// agrees to is kept in the credential store and refreshed before it expires.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectConfig {
    /// The authorization server, whose endpoints are then found by discovery (RFC 8414).
    #[serde(default)]
    pub issuer: Option<String>,
    /// Or where the user is sent.
    #[serde(default)]
    pub authorize_url: Option<String>,
    /// And where codes and refresh tokens become tokens.
    #[serde(default)]
    pub token_url: Option<String>,
    /// Where tokens are given back (RFC 7009).
    #[serde(default)]
    pub revoke_url: Option<String>,
    /// This server's client id there.
    pub client_id: String,
    /// Its secret, where it has one.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// What is asked for.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// Why a configuration makes no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not an http or https address, or one with an account, a query or a fragment in it.
    #[error("{address} is not the base address of an HTTP API: write it as https://api.example.com/v1")]
    Address {
        /// What was given.
        address: String,
    },
    /// `allow_addresses` has something else.
    #[error("{text} in `allow_addresses` is neither an address nor a network: write it as 10.1.2.3 or 10.1.0.0/16")]
    Network {
        /// What was given.
        text: String,
    },
    /// The `ca` file is not there or not certificates.
    #[error("the certificate file {} cannot be used: {reason}", path.display())]
    Certificates {
        /// Where.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// TLS cannot be set up on this machine.
    #[error("HTTP calls cannot be set up: {reason}")]
    Tls {
        /// What is missing.
        reason: String,
    },
}
