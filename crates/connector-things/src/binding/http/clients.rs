use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use connector::{Error, Result};
use upstream::{Client, ClientConfig, Origin};

/// The most origins that are kept at once.
const CLIENTS_MAX: usize = 1_000;

/// One client for each origin: a device that is ill makes no other wait.
#[derive(Debug)]
pub(super) struct Clients {
    config: ClientConfig,
    known: Mutex<HashMap<String, Client>>,
}

impl Clients {
    pub(super) fn new(config: ClientConfig) -> Self {
        Self { config, known: Mutex::default() }
    }

    /// The one for this origin, which reaches nothing else.
    pub(super) fn of(&self, origin: &Origin) -> Result<Client> {
        // One that configuration names may lead to private addresses; one that a directory names may not.
        let key = format!("{origin:?} {}", origin.is_configured());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.get(&key) {
            return Ok(client.clone());
        }
        if known.len() >= CLIENTS_MAX {
            known.clear();
        }
        let client = Client::new(vec![origin.clone()], &self.config).map_err(|it| Error::invalid(it.to_string()))?;
        known.insert(key, client.clone());
        Ok(client)
    }
}
