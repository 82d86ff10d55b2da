//! Values that everybody has below their own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector::Result;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::config::Config;
use crate::known::Known;
use crate::store::Store;

/// How many are looked for in the store.
const STORED_MAX: usize = 10_000;

type Found = Arc<Vec<(String, Value)>>;

#[derive(Debug)]
pub(crate) struct Defaults {
    fixed: BTreeMap<String, Value>,
    in_store: bool,
    fresh_for: Duration,
    /// Those in the store, as they were found then.
    found: Mutex<Option<(Instant, Found)>>,
}

impl Defaults {
    /// Those of the configuration must be what its own schemas say.
    pub(crate) fn new(config: &Config, known: &Known) -> Result<Self> {
        for (key, value) in &config.defaults {
            crate::key::check(key, config.key_bytes_max)?;
            known.check(key, value, config)?;
        }
        Ok(Self {
            fixed: config.defaults.clone(),
            in_store: config.defaults_prefix.is_some(),
            fresh_for: Duration::from_millis(config.defaults_cache_ms),
            found: Mutex::default(),
        })
    }

    pub(crate) async fn get(&self, store: &dyn Store, key: &str) -> Result<Option<Value>> {
        match self.fixed.get(key) {
            Some(value) => Ok(Some(value.clone())),
            None if self.in_store => store.default(key).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn all(&self, store: &dyn Store) -> Result<BTreeMap<String, Value>> {
        let mut all = BTreeMap::new();
        if self.in_store {
            all.extend(self.stored(store).await?.iter().cloned());
        }
        all.extend(self.fixed.clone());
        Ok(all)
    }

    /// One looks while others wait: the store is searched once.
    async fn stored(&self, store: &dyn Store) -> Result<Found> {
        let mut found = self.found.lock().await;
        if let Some((at, all)) = &*found
            && at.elapsed() < self.fresh_for
        {
            return Ok(all.clone());
        }
        let all = Arc::new(store.defaults(STORED_MAX).await?);
        *found = Some((Instant::now(), all.clone()));
        Ok(all)
    }
}
