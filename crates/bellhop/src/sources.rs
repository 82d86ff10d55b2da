//! What the house gives its resources to act as their callers.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use access::IdentitySigner;
use credentials::{Accounts, ConnectionSource, Store, StoreSource};
use gateway::Gateway;
use upstream::{ConnectConfig, CredentialSource, RowSource, Secret, Sources};

use crate::config::Environment;
use crate::lookup::QuerySource;

/// For every resource of one house.
#[derive(Default)]
pub(crate) struct HouseSources {
    store: Option<Arc<Store>>,
    accounts: Arc<Accounts>,
    signer: Option<Arc<IdentitySigner>>,
    environment: Environment,
    /// Names of SQL resources.
    databases: BTreeSet<String>,
    /// There as soon as every resource is opened.
    gateway: Arc<OnceLock<Gateway>>,
}

impl HouseSources {
    /// `store` and `signer` are there where a resource needs them.
    pub(crate) fn new(
        store: Option<Arc<Store>>,
        accounts: Arc<Accounts>,
        signer: Option<Arc<IdentitySigner>>,
        environment: &Environment,
        databases: BTreeSet<String>,
    ) -> Self {
        Self { store, accounts, signer, environment: environment.clone(), databases, ..Self::default() }
    }

    /// Lets queries be asked.
    pub(crate) fn open(&self, gateway: &Gateway) {
        // A second house would have sources of its own.
        let _ = self.gateway.set(gateway.clone());
    }
}

impl Sources for HouseSources {
    fn store(&self, resource: &str) -> Option<Arc<dyn CredentialSource>> {
        let store = self.store.clone()?;
        Some(Arc::new(StoreSource::new(store, resource)))
    }

    fn connect(&self, resource: &str, _config: &ConnectConfig) -> Option<Arc<dyn CredentialSource>> {
        let connect = self.accounts.connect(resource)?.clone();
        Some(Arc::new(ConnectionSource(connect)))
    }

    fn query(&self, sql_resource: &str, action: &str) -> Option<Arc<dyn CredentialSource>> {
        self.databases.get(sql_resource)?;
        Some(Arc::new(QuerySource::new(sql_resource, action, self.gateway.clone())))
    }

    fn rows(&self, sql_resource: &str, action: &str) -> Option<Arc<dyn RowSource>> {
        self.databases.get(sql_resource)?;
        Some(Arc::new(QuerySource::new(sql_resource, action, self.gateway.clone())))
    }

    fn variable(&self, name: &str) -> Option<Secret> {
        self.environment.get(name).map(|value| Secret::from(value.to_owned()))
    }

    fn signer(&self) -> Option<Arc<IdentitySigner>> {
        self.signer.clone()
    }
}

impl std::fmt::Debug for HouseSources {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("HouseSources").field("databases", &self.databases).finish_non_exhaustive()
    }
}
