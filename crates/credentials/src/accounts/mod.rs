//! What a signed-in user may do with their own credentials.

mod connected;
mod kept;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connector::{Error, Result};
use serde::Serialize;

pub use kept::Given;

use upstream::{ClientConfig, ConnectConfig};

use crate::connect::{Connect, Links};
use crate::{OAuthClient, Store, StoreError};

/// How long tokens that are being had may take at the end: an authorization server's answer, and keeping it.
const CLOSE: Duration = Duration::from_secs(20);

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
        configs: impl IntoIterator<Item = (String, ConnectConfig, ClientConfig)>,
        links: Links,
    ) -> Self {
        self.links = Arc::new(links);
        if let Some(store) = &self.store {
            let connect = |(resource, config, http): (String, ConnectConfig, ClientConfig)| {
                let oauth = OAuthClient::new(config, http);
                let connect = Connect::new(resource.clone(), oauth, store.clone(), self.links.clone());
                (resource, Arc::new(connect))
            };
            self.connects = configs.into_iter().map(connect).collect();
        }
        self
    }

    /// Waits for tokens that are being had, so that they are kept. To be called when no call is under way any more.
    pub async fn close(&self) {
        let tasks: Vec<_> = self.connects.values().map(|connect| &connect.tasks).collect();
        let all = async {
            for tasks in tasks {
                tasks.close();
                tasks.wait().await;
            }
        };
        if tokio::time::timeout(CLOSE, all).await.is_err() {
            tracing::warn!("tokens were still being had when this had to end");
        }
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
