//! What a signed-in user may do with their own credentials.

mod connected;
mod kept;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connector::{Error, Result};
use serde::Serialize;

pub use kept::Given;

use upstream::ConnectConfig;

use crate::connect::{Connect, Links};
use crate::{Store, StoreError};

/// The credentials that users keep here, and which resources take them.
#[derive(Debug, Default)]
pub struct Accounts {
    store: Option<Arc<Store>>,
    stored: BTreeSet<String>,
    connects: BTreeMap<String, Arc<Connect>>,
    links: Arc<Links>,
}

/// Whether something is kept, and nothing of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    /// The resource.
    pub resource: String,
    /// Whether there is one.
    pub set: bool,
    /// What sort of thing: `token`, `basic`, `oauth`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Since when, in seconds since 1970-01-01 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_at_s: Option<u64>,
}

impl Accounts {
    /// `stored` are the resources whose credentials users may set themselves.
    pub fn new(store: Arc<Store>, stored: BTreeSet<String>) -> Self {
        Self { store: Some(store), stored, ..Self::default() }
    }

    /// Lets users connect their accounts at these resources' upstreams.
    #[must_use]
    pub fn with_connections(
        mut self,
        configs: impl IntoIterator<Item = (String, ConnectConfig)>,
        links: Links,
    ) -> Self {
        self.links = Arc::new(links);
        if let Some(store) = &self.store {
            let connect = |(resource, config): (String, ConnectConfig)| {
                let connect = Connect::new(resource.clone(), config, store.clone(), self.links.clone());
                (resource, Arc::new(connect))
            };
            self.connects = configs.into_iter().map(connect).collect();
        }
        self
    }

    /// The store, where this resource is among `resources`. Whatever else is asked for does not exist.
    fn store_for(&self, resource: &str, resources: impl Fn(&str) -> bool) -> Result<&Arc<Store>> {
        let store = self.store.as_ref().filter(|_| resources(resource));
        store.ok_or_else(|| Error::not_found("the resources that you can use"))
    }
}

fn told(error: StoreError) -> Error {
    error.for_user()
}
