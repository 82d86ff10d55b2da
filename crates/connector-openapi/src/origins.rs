//! Where an operation is sent: the API's base address, or a server of the operation's own where that is on an origin
//! that configuration names.

use connector::{Error, Hidden, Result};
use upstream::Origin;
use url::Url;

use crate::Config;
use crate::api::{Api, Operation};

/// The origins that calls may go to.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    base: Origin,
    further: Vec<Origin>,
}

impl Origins {
    /// Configuration's `url` and `servers`. Without `url`, the description's first server: its address counts as named
    /// where the description itself was configured to come from there.
    pub(crate) fn new(config: &Config, api: &Api) -> Result<Self> {
        let wrong = |error: upstream::ConfigError| Error::invalid(error.to_string());
        let base = match (&config.url, api.servers.first()) {
            (Some(url), _) => Origin::parse(url),
            (None, Some(server)) if is_home(config, server) => Origin::parse(server),
            (None, Some(server)) => Origin::described(server),
            (None, None) => {
                return Err(Error::invalid("The document names no server: set `url` to the API's address."));
            }
        };
        let further = config.servers.iter().map(|server| Origin::parse(server)).collect::<Result<_, _>>();
        Ok(Self { base: base.map_err(wrong)?, further: further.map_err(wrong)? })
    }

    /// All of them, for the client.
    pub(crate) fn all(&self) -> Vec<Origin> {
        [&self.base].into_iter().chain(&self.further).cloned().collect()
    }

    /// Where an operation is sent; `None` where all of its own servers are elsewhere. `url` takes the place of the
    /// description's servers, so an operation that repeats one of those goes there too.
    pub(crate) fn of(&self, api: &Api, operation: &Operation) -> Option<Origin> {
        let Some(own) = operation.servers.as_ref().filter(|own| !own.is_empty()) else {
            return Some(self.base.clone());
        };
        if own.iter().any(|server| api.servers.contains(server)) {
            return Some(self.base.clone());
        }
        let own = own.iter().filter_map(|server| Origin::described(server).ok());
        own.into_iter().find(|server| [&self.base].into_iter().chain(&self.further).any(|known| known.is_same(server)))
    }

    /// Takes out of `api` what would be sent elsewhere.
    pub(crate) fn narrow(&self, api: &mut Api) -> Vec<Hidden> {
        let operations = std::mem::take(&mut api.operations);
        let (kept, elsewhere) = operations.into_iter().partition(|operation| self.of(api, operation).is_some());
        api.operations = kept;
        let hidden = |operation: Operation| {
            let server = operation.servers.and_then(|servers| servers.into_iter().next()).unwrap_or_default();
            Hidden {
                name: operation.name,
                reason: format!("its own server {server} is not among the configured ones"),
                open_with: format!("servers = [\"{server}\"]"),
            }
        };
        Vec::into_iter(elsewhere).map(hidden).collect()
    }
}

/// Whether the description was configured to be read from that server.
fn is_home(config: &Config, server: &str) -> bool {
    let document = config.document.as_deref().and_then(|document| Url::parse(document).ok());
    match (document, Url::parse(server)) {
        (Some(document), Ok(server)) => document.has_host() && document.origin() == server.origin(),
        _ => false,
    }
}
