use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpStream;

use super::addresses::Network;
use super::names::{Allowed, Filter, Names, PrivateAddress, SystemNames};
use crate::ConfigError;

/// Where connections of other protocols than HTTP may go: public addresses, those that `allow_addresses` names, and
/// those that configuration itself writes. The address that is connected to is the one that was judged.
#[derive(Clone, Debug)]
pub struct Reach {
    filter: Filter,
}

impl Reach {
    /// Reads `allow_addresses`.
    pub fn new(allow_addresses: &[String]) -> Result<Self, ConfigError> {
        Self::with_names(allow_addresses, Arc::new(SystemNames))
    }

    /// The same, asking somebody else for names' addresses.
    pub fn with_names(allow_addresses: &[String], names: Arc<dyn Names>) -> Result<Self, ConfigError> {
        let networks = allow_addresses.iter().map(|text| Network::parse(text)).collect::<Result<_, _>>()?;
        Ok(Self { filter: Filter { names, allowed: Allowed::new(networks, &[]) } })
    }

    /// Connects to a host: to the first of its addresses that may be connected to and answers.
    ///
    /// `named` says that configuration itself wrote the host: where that is an address or `localhost`, it may be private.
    /// An error of the kind [`io::ErrorKind::PermissionDenied`] is ours: all of its addresses are private.
    pub async fn connect(&self, host: &str, port: u16, named: bool) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in self.addresses(host, named).await? {
            match TcpStream::connect(SocketAddr::new(address, port)).await {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn addresses(&self, host: &str, named: bool) -> io::Result<Vec<IpAddr>> {
        let host = host.trim_matches(['[', ']']);
        if let Ok(address) = host.parse::<IpAddr>() {
            return if named || self.filter.allowed.holds(address) { Ok(vec![address]) } else { Err(private()) };
        }
        let found = self.filter.names.lookup(host).await?;
        let is_local = named && host == "localhost";
        let is_kept = |address: &IpAddr| self.filter.allowed.holds(*address) || (is_local && address.is_loopback());
        let kept: Vec<IpAddr> = found.iter().copied().filter(is_kept).collect();
        if kept.is_empty() && !found.is_empty() { Err(private()) } else { Ok(kept) }
    }
}

fn private() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, PrivateAddress)
}
