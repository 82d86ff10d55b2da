use std::collections::BTreeMap;
use std::path::PathBuf;

use connector::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::secret::Secret;

/// A key-value store with each user's settings.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where they are kept: `redis://host:6379/0` or `rediss://…` (TLS), `nats://host:4222` or `tls://…`, several NATS
    /// servers with commas between them, or `memory:` for settings that are forgotten when the server ends.
    pub url: Option<Secret>,
    /// What stands before each user's part of a key. Redis: any text, `bellhop:RESOURCE:` where it is left out. NATS:
    /// words that end in a dot, `RESOURCE.` where it is left out.
    pub prefix: Option<String>,
    /// NATS: the key-value bucket.
    pub bucket: String,
    /// NATS: make the bucket where there is none.
    pub create_bucket: bool,
    /// The account at the store, where `url` does not name it.
    pub username: Option<String>,
    /// Its password. Best written as `${STORE_PASSWORD}`, so that it does not stand in this file.
    pub password: Option<Secret>,
    /// NATS: the seed of an nkey (`SU…`).
    pub nkey: Option<Secret>,
    /// NATS: a file with a JWT and its nkey, as `nsc` writes it.
    pub credentials: Option<PathBuf>,
    /// A file of certificates (PEM) that the store's own is checked by, instead of the system's.
    pub ca: Option<PathBuf>,
    /// A client certificate (PEM), for stores that ask for one.
    pub client_cert: Option<PathBuf>,
    /// Its private key (PEM).
    pub client_key: Option<PathBuf>,
    /// Values below every user's own: what `get` and `list` show where the user has set nothing.
    pub defaults: BTreeMap<String, Value>,
    /// Further such values in the store itself, one key each, JSON or plain text: what stands before their names. Those
    /// in `defaults` go first.
    pub defaults_prefix: Option<String>,
    /// How long `list` takes the names found below `defaults_prefix` for all there are.
    pub defaults_cache_ms: u64,
    /// What certain keys hold. Others are free.
    pub keys: BTreeMap<String, KeyConfig>,
    /// Everybody sees the defaults and nobody can write: no user has values of their own.
    pub shared: bool,
    /// `update` and `delete` must say which revision they mean, so that no one overwrites what another has just written.
    pub require_revision: bool,
    /// Keep each token issuer's users apart by the issuer too. Where several issuers are accepted, their users differ by
    /// `user_prefix` in any case.
    pub by_issuer: bool,
    /// How many keys one user may have.
    pub keys_max: u32,
    /// The longest key.
    pub key_bytes_max: usize,
    /// The largest value, as JSON.
    pub value_bytes_max: usize,
    /// The longest time that `ttl_s` may say.
    pub ttl_s_max: u64,
    /// How many revisions of a key are kept, the current one included; at most 64.
    pub history: u32,
    /// How long one request to the store may take.
    pub timeout_ms: u64,
    /// `memory:`: how much all users' values may take together.
    pub memory_bytes_max: usize,
    /// The folder of the configuration file, which relative paths start from.
    #[serde(skip)]
    pub base: PathBuf,
}

/// What one key holds.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KeyConfig {
    /// JSON Schema (2020-12) that its values must match.
    pub schema: Option<Value>,
    /// What it is for, in a few words.
    pub description: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: None,
            prefix: None,
            bucket: "bellhop".to_owned(),
            create_bucket: true,
            username: None,
            password: None,
            nkey: None,
            credentials: None,
            ca: None,
            client_cert: None,
            client_key: None,
            defaults: BTreeMap::new(),
            defaults_prefix: None,
            defaults_cache_ms: 5_000,
            keys: BTreeMap::new(),
            shared: false,
            require_revision: true,
            by_issuer: false,
            keys_max: 500,
            key_bytes_max: 128,
            value_bytes_max: 16 * 1024,
            ttl_s_max: 10 * 366 * 24 * 3600,
            history: 10,
            timeout_ms: 2_000,
            memory_bytes_max: 256 * 1024 * 1024,
            base: PathBuf::new(),
        }
    }
}

impl Config {
    /// The defaults, for settings at `url`.
    pub fn at(url: impl Into<Secret>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        let limits = [
            u64::from(self.keys_max),
            self.key_bytes_max as u64,
            self.value_bytes_max as u64,
            self.ttl_s_max,
            u64::from(self.history),
            self.timeout_ms,
        ];
        if limits.contains(&0) {
            return Err(Error::invalid("A limit of a settings resource must be at least 1."));
        }
        if self.history > HISTORY_MAX {
            return Err(Error::invalid(format!("`history` is at most {HISTORY_MAX}.")));
        }
        if self.key_bytes_max > KEY_BYTES_MAX {
            return Err(Error::invalid(format!("`key_bytes_max` is at most {KEY_BYTES_MAX}.")));
        }
        if self.ttl_s_max > TTL_S_MAX {
            return Err(Error::invalid(format!("`ttl_s_max` is at most {TTL_S_MAX}.")));
        }
        if self.shared && self.defaults.is_empty() && self.defaults_prefix.is_none() {
            return Err(Error::invalid("`shared` settings are those of `defaults` and `defaults_prefix`. Give one."));
        }
        Ok(())
    }
}

/// What NATS keeps of one key at most.
const HISTORY_MAX: u32 = 64;
/// A subject of NATS has room for this, each byte escaped.
const KEY_BYTES_MAX: usize = 512;
/// A thousand years.
const TTL_S_MAX: u64 = 1000 * 366 * 24 * 3600;
