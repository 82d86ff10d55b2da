use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

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
