use std::fmt::Debug;
use std::sync::Arc;

use access::IdentitySigner;

use crate::{ConnectConfig, CredentialSource, RowSource, Secret};

/// What the house around a resource gives it to act as its callers. Sources that need nothing from outside (a claim, a
/// variable, a command) are made by this crate itself.
pub trait Sources: Debug + Send + Sync {
    /// The credential store's entries for this resource; `None` where no store is configured.
    fn store(&self, resource: &str) -> Option<Arc<dyn CredentialSource>>;

    /// The accounts that users connect to this resource; `None` where no store is configured.
    fn connect(&self, resource: &str, config: &ConnectConfig) -> Option<Arc<dyn CredentialSource>>;

    /// A declared query of a SQL resource, run as the caller: `shop.api_keys`.
    fn query(&self, sql_resource: &str, action: &str) -> Option<Arc<dyn CredentialSource>>;

    /// The rows of a declared query, run as the caller: `shop.devices`. `None` where there is no such SQL resource.
    fn rows(&self, sql_resource: &str, action: &str) -> Option<Arc<dyn RowSource>> {
        let _ = (sql_resource, action);
        None
    }

    /// An environment variable that is set.
    fn variable(&self, name: &str) -> Option<Secret> {
        let _ = name;
        None
    }

    /// What signs tokens about users; `None` where this process has no key.
    fn signer(&self) -> Option<Arc<IdentitySigner>> {
        None
    }
}

/// For a resource that stands alone: nothing is configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSources;

impl Sources for NoSources {
    fn store(&self, _resource: &str) -> Option<Arc<dyn CredentialSource>> {
        None
    }

    fn connect(&self, _resource: &str, _config: &ConnectConfig) -> Option<Arc<dyn CredentialSource>> {
        None
    }

    fn query(&self, _sql_resource: &str, _action: &str) -> Option<Arc<dyn CredentialSource>> {
        None
    }
}
