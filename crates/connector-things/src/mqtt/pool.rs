use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use tokio::time::Instant;
use upstream::Reach;

use super::account::Account;
use super::config::MqttConfig;
use super::form::Broker;
use super::session::{Session, Shared};
use super::wire::Plan;

/// All connections: one for each broker and account.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) config: Arc<MqttConfig>,
    reach: Reach,
    ca: Option<PathBuf>,
    sessions: Mutex<HashMap<(Broker, Account), Kept>>,
}

#[derive(Debug)]
struct Kept {
    session: Session,
    used: Instant,
}

impl Kept {
    fn is_unused(&self, kept: Duration) -> bool {
        self.used.elapsed() > kept
            && Arc::strong_count(&self.session.shared) <= 2
            && self.session.shared.ears().is_unused()
    }
}

impl Pool {
    /// No connection yet.
    pub(crate) fn new(config: &MqttConfig, reach: Reach, ca: Option<PathBuf>) -> Self {
        Self { config: Arc::new(config.clone()), reach, ca, sessions: Mutex::default() }
    }

    /// The connection to a broker as this account.
    pub(crate) fn session(&self, broker: &Broker, account: &Account) -> Result<Arc<Shared>> {
        let key = (broker.clone(), account.clone());
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let known = sessions.get_mut(&key).map(|kept| {
            kept.used = Instant::now();
            kept.session.shared.clone()
        });
        sessions.retain(|_, kept| !kept.is_unused(Duration::from_secs(self.config.kept_s)));
        if let Some(shared) = known {
            return Ok(shared);
        }
        if sessions.len() >= self.config.connections_max {
            sessions.retain(|_, kept| !kept.is_unused(Duration::ZERO));
        }
        if sessions.len() >= self.config.connections_max {
            let message = "Too many connections to brokers are open: see `mqtt.connections_max`.";
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let session = Session::start(self.plan(broker, account)?, self.config.clone());
        let shared = session.shared.clone();
        sessions.insert(key, Kept { session, used: Instant::now() });
        Ok(shared)
    }

    /// How many connections there are.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn plan(&self, broker: &Broker, account: &Account) -> Result<Plan> {
        let ca = match &self.ca {
            Some(path) if broker.is_secure => Some(std::fs::read(path).map_err(|error| {
                let message =
                    "The device's broker cannot be verified: the certificate authority's file cannot be read.";
                Error::new(ErrorKind::Unavailable, message).with_source(error)
            })?),
            _ => None,
        };
        Ok(Plan {
            broker: broker.clone(),
            account: account.clone(),
            client_id: format!("{}{:016x}", self.config.client_id, random()),
            keep_alive_s: self.config.keep_alive_s,
            connect_timeout: Duration::from_millis(self.config.connect_timeout_ms),
            message_bytes_max: self.config.message_bytes_max,
            ca,
            reach: self.reach.clone(),
            is_reached: Arc::default(),
        })
    }
}

/// A number that nobody else has: the standard library seeds its hashers from the system's randomness.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
