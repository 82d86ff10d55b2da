//! Where settings are kept.

mod memory;
mod nats;
mod redis;

use std::fmt::Debug;
use std::sync::Arc;

use connector::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::memory::Memory;
use self::nats::Nats;
use self::redis::Redis;
use crate::config::Config;
use crate::space::Space;

/// Opens the engine that the address names.
pub(crate) async fn open(resource: &str, config: &Config) -> Result<Arc<dyn Store>> {
    let url = config.url.as_ref().map(|url| url.expose().trim()).filter(|url| !url.is_empty());
    let url = url.ok_or_else(|| Error::invalid("`url` is missing: redis://…, nats://… or memory:"))?;
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    match scheme {
        "memory" if config.defaults_prefix.is_some() => {
            Err(Error::invalid("`defaults_prefix` is for stores. With `memory:` give `defaults`."))
        }
        "memory" => Ok(Arc::new(Memory::new(config))),
        "redis" | "rediss" => Ok(Arc::new(Redis::open(resource, url, config).await?)),
        "nats" | "tls" => Ok(Arc::new(Nats::open(resource, url, config).await?)),
        _ => Err(Error::invalid("`url` begins with redis://, rediss://, nats://, tls:// or memory:")),
    }
}

/// What the engine keeps for one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Doc {
    #[serde(rename = "v")]
    pub(crate) value: Value,
    /// Milliseconds since 1970, as all times here.
    #[serde(rename = "c")]
    pub(crate) created: i64,
    #[serde(rename = "u")]
    pub(crate) updated: i64,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<i64>,
}

impl Doc {
    pub(crate) fn is_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// One revision of a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) doc: Doc,
    /// Grows with every write of the user's and is never given twice.
    pub(crate) revision: u64,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Done, and this is the new revision.
    Done(u64),
    /// Nothing: the key is no longer of the expected revision.
    Changed,
    /// Nothing: the user has as many keys as they may have.
    Full,
}

/// An engine. It compares revisions and keeps values; it does not look at them.
///
/// What is expired may still be given; it may also be gone. A write whose answer was lost is never repeated: it is
/// [`lost`], and the caller looks.
#[async_trait::async_trait]
pub(crate) trait Store: Debug + Send + Sync {
    /// What is at a key.
    async fn get(&self, space: &Space, key: &str) -> Result<Option<Stored>>;

    /// All of a user's keys, in no order; not more than `max`.
    async fn all(&self, space: &Space, max: usize) -> Result<Vec<(String, Stored)>>;

    /// Writes, if the key is of this revision still; 0 is "nothing there".
    async fn put(&self, space: &Space, key: &str, doc: &Doc, expected: u64) -> Result<Written>;

    /// Removes a key and its history, if it is of this revision still.
    async fn delete(&self, space: &Space, key: &str, expected: u64) -> Result<Written>;

    /// What is kept of a key's revisions, the latest first. It may have those of an earlier life of the key.
    async fn history(&self, space: &Space, key: &str) -> Result<Vec<Stored>>;

    /// A value below `defaults_prefix`.
    async fn default(&self, key: &str) -> Result<Option<Value>>;

    /// All of them; not more than `max`.
    async fn defaults(&self, max: usize) -> Result<Vec<(String, Value)>>;

    /// A sign of life.
    async fn health(&self) -> Result<()>;
}

/// A write whose answer nobody has.
fn lost(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The store went away before it answered, so this may have been done or not. Get the setting first, then decide.",
    )
    .with_source(source)
}

/// A value that somebody else wrote: JSON, or text where it is none.
fn plain(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok().or_else(|| Some(std::str::from_utf8(bytes).ok()?.into()))
}

/// Refuses defaults that could lie among users' keys, or the other way round: a user could then write what all see.
fn apart(prefix: &str, defaults_prefix: Option<&str>) -> Result<()> {
    match defaults_prefix {
        Some(defaults) if defaults.is_empty() || defaults.starts_with(prefix) || prefix.starts_with(defaults) => {
            Err(Error::invalid(
                "`defaults_prefix` and `prefix` must be apart: neither may begin with the other. Give both.",
            ))
        }
        _ => Ok(()),
    }
}
