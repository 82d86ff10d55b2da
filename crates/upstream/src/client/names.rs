use std::error::Error;
use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses::{Network, is_public};
use crate::Origin;

/// Who is asked for a name's addresses. What is answered is a claim: every address passes the client's own filter
/// before it is connected to, and no other lookup stands between the two.
#[async_trait::async_trait]
pub trait Names: Debug + Send + Sync {
    /// All addresses of a host, in the order in which they should be tried.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

#[async_trait::async_trait]
impl Names for SystemNames {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// All addresses of a name were private ones that configuration does not name.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to private addresses only")]
pub(crate) struct PrivateAddress;

/// What may be connected to.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    networks: Arc<[Network]>,
    is_localhost_named: bool,
}

impl Allowed {
    pub(crate) fn new(networks: Vec<Network>, origins: &[Origin]) -> Self {
        let is_localhost_named = origins.iter().any(|origin| origin.is_named() && origin.host() == "localhost");
        Self { networks: networks.into(), is_localhost_named }
    }

    /// Whether an address may be connected to.
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        is_public(address) || self.networks.iter().any(|network| network.holds(address))
    }

    /// Whether an origin that is written with an address may be called; one with a name is judged when it is looked up.
    pub(crate) fn takes(&self, origin: &Origin) -> bool {
        origin.is_named() || origin.address().is_none_or(|address| self.holds(address))
    }
}

/// Looks names up and gives out only what may be connected to.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) names: Arc<dyn Names>,
    pub(crate) allowed: Allowed,
}

impl Filter {
    /// All addresses of a host that may be connected to.
    pub(crate) async fn lookup(&self, host: &str) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
        let found = self.names.lookup(host).await?;
        let is_local = self.allowed.is_localhost_named && host == "localhost";
        let is_kept = |address: &IpAddr| self.allowed.holds(*address) || (is_local && address.is_loopback());
        let kept = found.iter().filter(|address| is_kept(address)).map(|address| SocketAddr::new(*address, 0));
        let kept = kept.collect::<Vec<_>>();
        if kept.is_empty() && !found.is_empty() { Err(PrivateAddress.into()) } else { Ok(kept) }
    }

    /// Whether a host has addresses and none of them may be connected to.
    pub(crate) async fn leads_to_private(&self, host: &str) -> bool {
        self.lookup(host).await.is_err_and(|error| error.is::<PrivateAddress>())
    }
}

impl Resolve for Filter {
    fn resolve(&self, name: Name) -> Resolving {
        let filter = self.clone();
        Box::pin(async move { Ok(Box::new(filter.lookup(name.as_str()).await?.into_iter()) as Addrs) })
    }
}
