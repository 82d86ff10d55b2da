//! Looking at the resources again while calls go on.

use std::collections::HashSet;
use std::time::Duration;

use gateway::Gateway;

use crate::config::Reload;

/// Reloads on SIGHUP and from time to time, until it is dropped. `away` names the resources that could not be opened
/// yet.
pub(crate) async fn keep(gateway: Gateway, times: Reload, away: Vec<String>) {
    let mut failing: HashSet<String> = away.into_iter().collect();
    let mut opened = failing.is_empty();
    let mut signals = Signals::new();
    loop {
        let pause = match (opened, times.interval()) {
            (true, interval) => interval,
            (false, Some(interval)) => Some(interval.min(times.retry())),
            (false, None) => Some(times.retry()),
        };
        tokio::select! {
            () = signals.hangup() => tracing::info!("looking at every resource again, because of SIGHUP"),
            () = after(pause) => {}
        }
        for reloaded in gateway.reload().await {
            let resource = reloaded.resource;
            match reloaded.result {
                Ok(news) => {
                    if failing.remove(&resource) {
                        tracing::warn!(resource, "can be looked at again");
                    }
                    if news {
                        tracing::info!(resource, "its catalog has changed");
                    }
                }
                Err(error) => {
                    if failing.insert(resource.clone()) {
                        tracing::error!(resource, ?error, "cannot be looked at again; its old catalog stays");
                    }
                }
            }
        }
        opened = opened || failing.is_empty();
    }
}

async fn after(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

#[cfg(unix)]
struct Signals(Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        let hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
        Self(hangup.inspect_err(|error| tracing::warn!(%error, "SIGHUP cannot be listened to")).ok())
    }

    /// Several before the last look began are one.
    async fn hangup(&mut self) {
        let heard = match &mut self.0 {
            Some(signal) => signal.recv().await,
            None => None,
        };
        if heard.is_none() {
            std::future::pending().await
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn hangup(&mut self) {
        std::future::pending().await
    }
}
