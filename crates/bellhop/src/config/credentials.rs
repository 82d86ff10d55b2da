use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use credentials::{KeyRing, Place, Store};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use upstream::Secret;

use super::{Environment, Fault};

/// Where the store is when nothing is said: beside the configuration.
const FILE: &str = ".bellhop/credentials.db";

/// Where users' own credentials are kept. Its key is not here but in the environment, as BELLHOP_STORE_KEY.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CredentialsSection {
    /// The file; `.bellhop/credentials.db` beside this one where neither it nor `url` is given.
    path: Option<PathBuf>,
    /// A PostgreSQL database instead, for several replicas: `postgres://…`.
    url: Option<Secret>,
    /// How long the store may take for one request, in milliseconds.
    #[schemars(range(min = 1))]
    timeout_ms: u64,
}

impl Default for CredentialsSection {
    fn default() -> Self {
        Self { path: None, url: None, timeout_ms: 5_000 }
    }
}

/// Where users' own credentials are kept, and the keys to them.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) place: Place,
    current: Option<SecretString>,
    old: SecretString,
    timeout: Duration,
}

impl CredentialsSection {
    pub(super) fn resolve(self, base: &Path, environment: &Environment) -> Result<Credentials, Fault> {
        let place = match (self.path, self.url) {
            (Some(_), Some(_)) => {
                return Err(Fault::plain("[credentials] has `path` and `url`").help("keep the one that you want"));
            }
            (path, None) => Place::File(base.join(path.unwrap_or_else(|| FILE.into()))),
            (None, Some(url)) => Place::Database(url),
        };
        let variable = |name| environment.get(name).map(|key| SecretString::from(key.to_owned()));
        Ok(Credentials {
            place,
            current: variable("BELLHOP_STORE_KEY"),
            old: variable("BELLHOP_STORE_KEYS_OLD").unwrap_or_else(|| String::new().into()),
            timeout: Duration::from_millis(self.timeout_ms.max(1)),
        })
    }
}

impl Credentials {
    /// No key, so nothing can be kept.
    pub(super) fn nowhere() -> Self {
        let timeout = Duration::from_secs(5);
        Self { place: Place::File(FILE.into()), current: None, old: String::new().into(), timeout }
    }

    /// Opens the store.
    pub(crate) async fn open(&self) -> anyhow::Result<Arc<Store>> {
        let current = self.current.as_ref().ok_or_else(|| {
            anyhow!(
                "the credential store has no key: `bellhop secret key` prints one; keep it where you keep secrets and \
                 set BELLHOP_STORE_KEY to it"
            )
        })?;
        let keys = KeyRing::parse(current.expose_secret(), self.old.expose_secret())
            .context("BELLHOP_STORE_KEY or BELLHOP_STORE_KEYS_OLD cannot be used")?;
        Ok(Arc::new(Store::open(&self.place, keys, self.timeout).await?))
    }
}
