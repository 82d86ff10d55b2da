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
    /// How long a whole call may take, repeats included.
    pub timeout_ms: u64,
    /// How often a call that may be repeated is repeated.
    pub retries: u32,
    /// How many failures in a row open the breaker; 0 turns it off.
    pub breaker_failures: u32,
    /// How long an open breaker answers at once.
    pub breaker_ms: u64,
    /// How many requests are under way at once; others wait their turn.
    pub concurrency_max: usize,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            allow_addresses: Vec::new(),
            ca: None,
            connect_timeout_ms: 5_000,
            timeout_ms: 25_000,
            retries: 2,
            breaker_failures: 10,
            breaker_ms: 5_000,
            concurrency_max: 64,
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
}
