//! What a signed-in user may do with their own credentials.

mod kept;

use std::collections::BTreeSet;
use std::sync::Arc;

use connector::{Error, Result};
use serde::Serialize;

pub use kept::Given;

use crate::{Store, StoreError};

/// The credentials that users keep here, and which resources take them.
#[derive(Debug, Default)]
pub struct Accounts {
    store: Option<Arc<Store>>,
    stored: BTreeSet<String>,
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
        Self { store: Some(store), stored }
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
