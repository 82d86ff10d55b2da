use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use connector::{Error, ErrorKind, Result};
use upstream::{ClientConfig, ConnectConfig};

use super::discover::{self, Server};

/// How long what is known of an authorization server counts as fresh.
const FRESH: Duration = Duration::from_secs(600);
/// How long what is known counts when it could not be had again.
const STALE: Duration = Duration::from_secs(30);
/// How long it is remembered that nothing could be had.
const NOTHING: Duration = Duration::from_secs(5);

/// What is known of one authorization server. Nobody who needs what is known waits for it to be asked again.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) config: ConnectConfig,
    http: ClientConfig,
    last: Mutex<Last>,
    /// One asks at a time.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Last {
    server: Option<Arc<Server>>,
    /// When it is asked again; nothing was asked yet where that is `None`.
    again_at: Option<Instant>,
}

impl Known {
    pub(super) fn new(config: ConnectConfig, http: ClientConfig) -> Self {
        Self { config, http, last: Mutex::default(), asking: tokio::sync::Mutex::default() }
    }

    pub(super) async fn server(self: &Arc<Self>) -> Result<Arc<Server>> {
        let (server, is_due) = self.last().look();
        match server {
            Some(server) => {
                if is_due {
                    tokio::spawn(self.clone().ask());
                }
                Ok(server)
            }
            None if is_due => {
                // What is found is kept also when nobody waits for it any more.
                tokio::spawn(self.clone().ask()).await.map_err(Error::internal)?;
                self.last().server.clone().ok_or_else(away)
            }
            None => Err(away()),
        }
    }

    async fn ask(self: Arc<Self>) {
        let _only = self.asking.lock().await;
        // Whoever was before may have found it, or have found that it is away.
        let had = match &*self.last() {
            Last { server: None, again_at: Some(at) } if Instant::now() < *at => return,
            Last { server: Some(_), again_at: Some(at) } if Instant::now() + STALE < *at => return,
            Last { server, .. } => server.is_some(),
        };
        let found = discover::server(&self.config, &self.http).await;
        let mut last = self.last();
        match found {
            Ok(server) => *last = Last { server: Some(Arc::new(server)), again_at: Some(Instant::now() + FRESH) },
            Err(error) => {
                last.again_at = Some(Instant::now() + if had { STALE } else { NOTHING });
                tracing::warn!(
                    ?error,
                    had,
                    "what an authorization server says of itself cannot be had; what it said before counts"
                );
            }
        }
    }

    /// Nothing in it can be half done.
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Last {
    /// What is known, and whether the one who looks is the one to ask again.
    fn look(&mut self) -> (Option<Arc<Server>>, bool) {
        let now = Instant::now();
        let is_due = self.again_at.is_none_or(|at| at <= now);
        if is_due && self.server.is_some() {
            // The others go on with what is known.
            self.again_at = Some(now + STALE);
        }
        (self.server.clone(), is_due)
    }
}

fn away() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "The service that accounts are connected at cannot be asked how right now. Try again in a moment.",
    )
}
