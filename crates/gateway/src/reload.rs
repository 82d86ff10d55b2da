use std::sync::Arc;
use std::time::Duration;

use connector::{Catalog, Connector, Result};
use futures::future::join_all;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Gateway;
use crate::gateway::Inner;

/// How long after an early look that found something new the next one comes, at the earliest. Calls wait for it.
const AFTER_NEWS: Duration = Duration::from_secs(1);
/// The same where nothing new was found: the error came from something else. Calls do not wait.
const AFTER_NO_NEWS: Duration = Duration::from_secs(5);

/// What looking at one resource again gave.
#[derive(Debug)]
pub struct Reloaded {
    /// The resource's name in the configuration.
    pub resource: String,
    /// Whether its catalog is a new one; where it could not be looked at, the old one stays.
    pub result: Result<bool>,
}

/// The last look that a call asked for. Whoever holds the lock is the only one who looks.
pub(crate) type LastLook = Mutex<Option<Look>>;

pub(crate) struct Look {
    at: Instant,
    news: bool,
}

impl Gateway {
    /// Looks at every resource again, each by one look at a time. Calls under way go on with what they began with.
    pub async fn reload(&self) -> Vec<Reloaded> {
        join_all(self.inner.resources.iter().map(|(name, connector)| async {
            let _only = match self.inner.looks.get(name) {
                Some(look) => Some(look.lock().await),
                None => None,
            };
            Reloaded { resource: name.clone(), result: look_again(&**connector).await }
        }))
        .await
    }
}

impl Inner {
    /// A call found that `resource` is not what `seen` says. Whether there is another catalog now.
    pub(crate) async fn renew(&self, resource: &str, seen: &Arc<Catalog>) -> bool {
        let (Some(connector), Some(look)) = (self.resources.get(resource), self.looks.get(resource)) else {
            return false;
        };
        let mut last = look.lock().await;
        if !Arc::ptr_eq(&connector.catalog(), seen) {
            return true;
        }
        match &*last {
            Some(look) if look.news => tokio::time::sleep_until(look.at + AFTER_NEWS).await,
            Some(look) if look.at.elapsed() < AFTER_NO_NEWS => return false,
            _ => {}
        }
        let result = look_again(&**connector).await;
        match &result {
            Ok(news) => tracing::info!(resource, news, "looked at again because a call found it changed"),
            Err(error) => tracing::warn!(resource, ?error, "cannot be looked at again; the old catalog stays"),
        }
        let news = result.unwrap_or(false);
        *last = Some(Look { at: Instant::now(), news });
        news
    }
}

async fn look_again(connector: &dyn Connector) -> Result<bool> {
    let before = connector.catalog();
    connector.reload().await?;
    Ok(!Arc::ptr_eq(&before, &connector.catalog()))
}
