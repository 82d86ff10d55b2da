//! What the house gives its resources to act as their callers.

use std::sync::Arc;

use credentials::{Store, StoreSource};
use upstream::{ConnectConfig, CredentialSource, Sources};

/// For every resource of one house.
#[derive(Debug, Default)]
pub(crate) struct HouseSources {
    store: Option<Arc<Store>>,
}

impl HouseSources {
    /// `store` is there where a resource needs it.
    pub(crate) fn new(store: Option<Arc<Store>>) -> Self {
        Self { store }
    }
}

impl Sources for HouseSources {
    fn store(&self, resource: &str) -> Option<Arc<dyn CredentialSource>> {
        let store = self.store.clone()?;
        Some(Arc::new(StoreSource::new(store, resource)))
    }

    fn connect(&self, _resource: &str, _config: &ConnectConfig) -> Option<Arc<dyn CredentialSource>> {
        None
    }

    fn query(&self, _sql_resource: &str, _action: &str) -> Option<Arc<dyn CredentialSource>> {
        None
    }
}
