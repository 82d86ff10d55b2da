mod addresses;
mod again;
mod answer;
mod breaker;
mod build;
mod check;
mod decode;
mod dial;
mod events;
mod failure;
mod names;
mod reach;
mod redirect;
mod send;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

pub use self::breaker::{Breaker, Pass};
pub use self::dial::Dialer;
pub use self::events::{Event, Events, Streamed};
use self::names::{Allowed, Filter};
pub use self::names::{Names, SystemNames};
pub use self::reach::Reach;
pub use self::trouble::may_be_done;
use crate::{ClientConfig, ConfigError, Origin};

/// Reaches the origins that it was made with and nothing else. Cloning shares its connections, its turns and what it
/// knows of its upstreams' health.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    origins: Vec<(Origin, Arc<Breaker>)>,
    config: ClientConfig,
    allowed: Allowed,
    filter: Filter,
    http: reqwest::Client,
    turns: Arc<Semaphore>,
}

impl Client {
    /// A client of these origins.
    pub fn new(origins: Vec<Origin>, config: &ClientConfig) -> Result<Self, ConfigError> {
        Self::with_names(origins, config, Arc::new(SystemNames))
    }

    /// A client that asks somebody else for names' addresses.
    pub fn with_names(origins: Vec<Origin>, config: &ClientConfig, names: Arc<dyn Names>) -> Result<Self, ConfigError> {
        let networks = config.allow_addresses.iter().map(|text| addresses::Network::parse(text));
        let allowed = Allowed::new(networks.collect::<Result<_, _>>()?, &origins);
        let filter = Filter { names, allowed: allowed.clone() };
        let http = build::http(config, filter.clone())?;
        let turns = Arc::new(Semaphore::new(config.concurrency_max.clamp(1, Semaphore::MAX_PERMITS)));
        let origins = with_breakers(origins, config);
        Ok(Self { shared: Arc::new(Shared { origins, config: config.clone(), allowed, filter, http, turns }) })
    }
}

/// Base addresses on the same host and port are one upstream, well or ill together.
fn with_breakers(origins: Vec<Origin>, config: &ClientConfig) -> Vec<(Origin, Arc<Breaker>)> {
    let open_for = Duration::from_millis(config.breaker_ms);
    let mut kept: Vec<(Origin, Arc<Breaker>)> = Vec::with_capacity(origins.len());
    for origin in origins {
        let same = kept.iter().find(|(other, _)| other.holds(origin.url())).map(|(_, breaker)| breaker.clone());
        kept.push((origin, same.unwrap_or_else(|| Arc::new(Breaker::new(config.breaker_failures, open_for)))));
    }
    kept
}
