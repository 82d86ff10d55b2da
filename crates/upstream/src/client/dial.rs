use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use tokio::net::TcpStream;

use super::addresses::Network;
use super::names::{Allowed, Filter, PrivateAddress};
use super::{Names, SystemNames};
use crate::{ClientConfig, ConfigError, Origin};

/// Opens connections to one origin for protocols that are not plain HTTP: to the addresses that a [`Client`](crate::Client)
/// of the same configuration would connect to, and to no other.
#[derive(Clone, Debug)]
pub struct Dialer {
    origin: Origin,
    filter: Filter,
    timeout: Duration,
}

impl Dialer {
    /// One for this origin.
    pub fn new(origin: Origin, config: &ClientConfig) -> Result<Self, ConfigError> {
        Self::with_names(origin, config, Arc::new(SystemNames))
    }

    /// One that asks somebody else for names' addresses.
    pub fn with_names(origin: Origin, config: &ClientConfig, names: Arc<dyn Names>) -> Result<Self, ConfigError> {
        let networks = config.allow_addresses.iter().map(|text| Network::parse(text));
        let allowed = Allowed::new(networks.collect::<Result<_, _>>()?, std::slice::from_ref(&origin));
        let timeout = Duration::from_millis(config.connect_timeout_ms);
        Ok(Self { origin, filter: Filter { names, allowed }, timeout })
    }

    /// A connection to the first of its addresses that takes one. The address that was checked is the one that is
    /// connected to.
    pub async fn connect(&self) -> io::Result<TcpStream> {
        let connected = async {
            let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            for address in self.addresses().await? {
                match TcpStream::connect(address).await {
                    Ok(stream) => {
                        stream.set_nodelay(true)?;
                        return Ok(stream);
                    }
                    Err(error) => last = error,
                }
            }
            Err(last)
        };
        tokio::time::timeout(self.timeout, connected).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    /// Whether it would be refused for the addresses that its name leads to right now: for an operator, before the
    /// first call.
    pub async fn check(&self) -> Result<()> {
        match self.addresses().await {
            Err(error) if is_private(&error) => Err(Error::new(
                ErrorKind::PermissionDenied,
                format!(
                    "{} leads to a private address, which is not called unless `http.allow_addresses` of this resource \
                     names it.",
                    self.origin.host()
                ),
            )),
            _ => Ok(()),
        }
    }

    async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let port = self.origin.url().port_or_known_default().unwrap_or(443);
        let found = match self.origin.address() {
            Some(address) if self.filter.allowed.takes(&self.origin) => vec![SocketAddr::new(address, port)],
            Some(_) => return Err(io::Error::new(io::ErrorKind::PermissionDenied, PrivateAddress)),
            None => {
                let found = self.filter.lookup(self.origin.host()).await.map_err(io::Error::other)?;
                found.into_iter().map(|address| SocketAddr::new(address.ip(), port)).collect()
            }
        };
        Ok(found)
    }
}

fn is_private(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<PrivateAddress>())
}
