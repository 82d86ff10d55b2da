use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::{Caller, Policy};
use aws_lc_rs::rand;
use connector::{Catalog, Connector, Error};
use futures::future::join_all;
use indexmap::IndexMap;

use crate::cursor::Sealer;
use crate::limits::Limits;
use crate::projection::Projection;
use crate::reload::LastLook;
use crate::{Audit, Door, Names, Options, Toolbox};

/// All resources, policy, limits and the audit. One for the process; cloning shares it.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) resources: IndexMap<String, Arc<dyn Connector>>,
    pub(crate) policy: Policy,
    pub(crate) options: Options,
    pub(crate) audit: Audit,
    pub(crate) limits: Limits,
    pub(crate) sealer: Sealer,
    pub(crate) looks: HashMap<String, LastLook>,
    /// Actions that are no tools: by resource, the action's name.
    pub(crate) reserved: Vec<(String, String)>,
    /// Resources whose names are their own.
    pub(crate) bare: HashSet<String>,
    projection: Mutex<Option<Arc<Projection>>>,
}

/// What the house has beside plain tools, for nobody in particular.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// Some resource has prompts.
    pub prompts: bool,
    /// Some resource has documents that are read by address.
    pub documents: bool,
    /// Some action was made for models, and so may ask back, write lines and name arguments for headers.
    pub made_for_models: bool,
}

/// Why a gateway cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The operating system gives no random numbers.
    #[error("no random numbers can be had from the operating system")]
    Random,
    /// Two things have one name.
    #[error("{0}")]
    Clash(String),
}

/// Whether one resource is there.
#[derive(Debug)]
pub struct Health {
    /// The resource's name in the configuration.
    pub resource: String,
    /// What is wrong with it, if anything.
    pub result: connector::Result<()>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Gateway").field("resources", &self.inner.resources.keys()).finish_non_exhaustive()
    }
}

impl Gateway {
    /// `resources` by name, in the order in which tools are listed. `cursor_key` seals cursors; replicas that
    /// share it accept each other's. A random one is made where there is none.
    pub fn new(
        resources: impl IntoIterator<Item = (String, Arc<dyn Connector>)>,
        policy: Policy,
        options: Options,
        audit: Audit,
        cursor_key: Option<[u8; 32]>,
    ) -> Result<Self, GatewayError> {
        let key = match cursor_key {
            Some(key) => key,
            None => {
                let mut key = [0; 32];
                rand::fill(&mut key).map_err(|_| GatewayError::Random)?;
                key
            }
        };
        let resources: IndexMap<_, _> = resources.into_iter().collect();
        let inner = Inner {
            looks: resources.keys().map(|name| (name.clone(), LastLook::default())).collect(),
            resources,
            limits: Limits::new(&options),
            sealer: Sealer::new(&key).ok_or(GatewayError::Random)?,
            policy,
            options,
            audit,
            reserved: Vec::new(),
            bare: HashSet::new(),
            projection: Mutex::new(None),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Everything `caller` may use through this door, and nothing else.
    pub fn toolbox(&self, caller: Caller, door: Door) -> Toolbox {
        Toolbox::new(self.inner.clone(), self.inner.projection(), caller, door)
    }

    /// Lets these resources' things have the names that they have there. To be said before the gateway is shared.
    #[must_use]
    pub fn naming(mut self, resources: impl IntoIterator<Item = (String, Names)>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            let bare = resources.into_iter().filter(|(_, names)| *names == Names::Bare);
            inner.bare.extend(bare.map(|(name, _)| name));
        }
        self
    }

    /// Whether every name means one thing. One that comes later is made unique by what is added to it.
    ///
    /// # Errors
    /// [`GatewayError::Clash`] names both and says what to change.
    pub fn check_names(&self) -> Result<(), GatewayError> {
        match self.inner.projection().clashes.first() {
            Some(clash) => Err(GatewayError::Clash(clash.clone())),
            None => Ok(()),
        }
    }

    /// What there is beside plain tools.
    pub fn offers(&self) -> Offers {
        self.inner.projection().offers
    }

    /// Every resource's catalog, for `check`.
    pub fn catalogs(&self) -> Vec<(String, Arc<Catalog>)> {
        self.inner.catalogs()
    }

    /// The rules.
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// The bounds.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Asks every resource for a sign of life, all at once. One that gives none within `timeout` is down.
    pub async fn health(&self, timeout: Duration) -> Vec<Health> {
        join_all(self.inner.resources.iter().map(|(name, connector)| async move {
            let answer = tokio::time::timeout(timeout, connector.health()).await;
            Health { resource: name.clone(), result: answer.unwrap_or_else(|late| Err(Error::unavailable(late))) }
        }))
        .await
    }

    /// Where the calls' lines go.
    pub fn audit(&self) -> &Audit {
        &self.inner.audit
    }
}

impl Inner {
    fn catalogs(&self) -> Vec<(String, Arc<Catalog>)> {
        self.resources.iter().map(|(name, connector)| (name.clone(), connector.catalog())).collect()
    }

    /// The tools of all resources; made again only when a catalog was replaced.
    pub(crate) fn projection(&self) -> Arc<Projection> {
        let mut slot = self.projection.lock().unwrap_or_else(PoisonError::into_inner);
        let current = slot.as_ref().filter(|projection| {
            self.resources
                .values()
                .zip(&projection.resources)
                .all(|(connector, seen)| Arc::ptr_eq(&connector.catalog(), &seen.catalog))
        });
        match current {
            Some(projection) => projection.clone(),
            None => {
                let made = Arc::new(Projection::new(self.catalogs(), &self.reserved, &self.bare, &self.options));
                *slot = Some(made.clone());
                made
            }
        }
    }
}
