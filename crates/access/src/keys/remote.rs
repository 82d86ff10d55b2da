use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, SystemTime};

use moka::sync::Cache;
use tokio::sync::watch;

use super::discover::discover_by;
use super::fetch::{FetchError, Fetcher};
use super::set::KeySet;
use crate::Clock;

/// Where an issuer's keys are.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    Url(String),
    /// To be discovered from this issuer's well-known documents.
    Issuer(String),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) refresh: Duration,
    pub(crate) cooldown: Duration,
    pub(crate) unknown_keys_max: u64,
    pub(crate) unknown_key: Duration,
}

/// Keys that live at the identity provider.
///
/// One fetch runs at a time, in a task of its own, so that a client that goes away neither stops it nor makes room
/// for another. Known keys go on serving while the provider is down.
#[derive(Debug)]
pub(crate) struct Remote {
    address: Address,
    fetcher: Fetcher,
    limits: Limits,
    clock: Clock,
    state: RwLock<State>,
    /// Changes when a fetch ends, however it ended.
    ended: watch::Sender<()>,
    /// Names under which the provider had no key that fits, and until when that is believed.
    unknown: Cache<String, SystemTime>,
}

#[derive(Debug, Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    fetched_at: Option<SystemTime>,
    failed_at: Option<SystemTime>,
    /// When an unknown key was last the reason to fetch.
    asked_at: Option<SystemTime>,
    is_fetching: bool,
    discovered: Option<String>,
}

/// The keys, and the address that discovery gave where there was one.
type Loaded = Result<(KeySet, Option<String>), FetchError>;

impl Remote {
    pub(crate) fn new(address: Address, fetcher: Fetcher, limits: Limits, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            address,
            fetcher,
            limits,
            clock,
            state: RwLock::default(),
            ended: watch::Sender::new(()),
            unknown: Cache::new(limits.unknown_keys_max),
        })
    }

    /// The keys as known, not older than they should be where the provider can be reached.
    ///
    /// A set past its age is renewed behind the back of whoever asks; past twice its age they wait for it, so that
    /// the first call after a quiet night does not meet yesterday's keys.
    pub(crate) async fn current(self: &Arc<Self>) -> Option<Arc<KeySet>> {
        let end = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            if self.is_within(state.fetched_at, self.limits.refresh) {
                return state.keys.clone();
            }
            drop(state);
            let mut state = self.lock();
            // Without keys, all wait for a fetch that runs; after one that failed, none is tried for a while.
            if !state.is_fetching && self.is_within(state.failed_at, self.limits.cooldown) {
                return state.keys.clone();
            }
            let end = self.fetch(&mut state);
            let is_usable = self.is_within(state.fetched_at, self.limits.refresh * 2) || state.failed_at.is_some();
            if state.keys.is_some() && is_usable {
                return state.keys.clone();
            }
            end
        };
        self.after(end).await
    }

    /// The keys after asking the provider for one that is not among those `seen`, where there are others or it may
    /// be asked again yet.
    pub(crate) async fn newer(self: &Arc<Self>, seen: &Arc<KeySet>, kid: Option<&str>) -> Option<Arc<KeySet>> {
        let end = {
            let mut state = self.lock();
            if let Some(keys) = &state.keys
                && !Arc::ptr_eq(keys, seen)
            {
                return Some(Arc::clone(keys));
            }
            let now = self.clock.now();
            let is_known_unknown = self.unknown.get(kid.unwrap_or_default()).is_some_and(|until| now < until);
            let is_cooling =
                [state.asked_at, state.failed_at].iter().any(|at| self.is_within(*at, self.limits.cooldown));
            if is_known_unknown || (is_cooling && !state.is_fetching) {
                return None;
            }
            state.asked_at = Some(now);
            self.fetch(&mut state)
        };
        self.after(end).await.filter(|keys| !Arc::ptr_eq(keys, seen))
    }

    /// Remembers that a fresh set has no such key under this name.
    pub(crate) fn is_still_unknown(&self, kid: Option<&str>) {
        self.unknown.insert(kid.unwrap_or_default().to_owned(), self.clock.now() + self.limits.unknown_key);
    }

    async fn after(&self, mut end: watch::Receiver<()>) -> Option<Arc<KeySet>> {
        // The sender lives as long as `self`.
        let _ = end.changed().await;
        self.lock().keys.clone()
    }

    /// Starts a fetch unless one runs. What is given changes at its end.
    fn fetch(self: &Arc<Self>, state: &mut State) -> watch::Receiver<()> {
        let end = self.ended.subscribe();
        if !state.is_fetching {
            state.is_fetching = true;
            let flight = Flight(Arc::clone(self));
            let discovered = state.discovered.clone();
            tokio::spawn(async move {
                let loaded = flight.0.load(discovered).await;
                flight.0.settle(loaded);
            });
        }
        end
    }

    async fn load(&self, discovered: Option<String>) -> Loaded {
        let (url, discovered) = match (&self.address, discovered) {
            (Address::Url(url), _) => (url.clone(), None),
            (Address::Issuer(_), Some(url)) => (url.clone(), Some(url)),
            (Address::Issuer(issuer), None) => {
                let url = discover_by(&self.fetcher, issuer).await?;
                (url.clone(), Some(url))
            }
        };
        let jwks = self.fetcher.json(&url).await?;
        let keys = KeySet::read(&jwks).ok_or(FetchError::NotA { url, wanted: "a JWKS" })?;
        Ok((keys, discovered))
    }

    fn settle(&self, loaded: Loaded) {
        let now = Some(self.clock.now());
        let mut state = self.lock();
        match loaded {
            Ok((keys, discovered)) => {
                tracing::debug!(?keys, "keys fetched");
                state.keys = Some(Arc::new(keys));
                state.discovered = discovered;
                (state.fetched_at, state.failed_at) = (now, None);
            }
            Err(error) => {
                let is_serving = state.keys.is_some();
                tracing::warn!(%error, is_serving, "the identity provider's keys cannot be fetched");
                state.discovered = None;
                state.failed_at = now;
            }
        }
    }

    fn lock(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `event` was less than `span` ago. A clock that was set back makes it long ago, not yet to come.
    fn is_within(&self, event: Option<SystemTime>, span: Duration) -> bool {
        event.is_some_and(|event| self.clock.now().duration_since(event).is_ok_and(|age| age < span))
    }
}

/// A fetch that runs. It ends for those who wait even when its task is dropped.
struct Flight(Arc<Remote>);

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.lock().is_fetching = false;
        self.0.ended.send_replace(());
    }
}
