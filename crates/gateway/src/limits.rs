use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Options;

/// How many callers' counters are kept; the least used ones are forgotten first.
const CALLERS_MAX: u64 = 100_000;
/// A caller who is silent this long starts afresh.
const IDLE: Duration = Duration::from_secs(600);

/// Rate and concurrency of each caller, apart from every other caller's.
pub(crate) struct Limits {
    callers: Cache<String, Arc<Counters>>,
    quota: Quota,
    concurrent_max: usize,
    waiting_max: usize,
    streams: Arc<AtomicUsize>,
    streams_max: usize,
    streams_all_max: usize,
}

struct Counters {
    rate: DefaultDirectRateLimiter,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    streams: AtomicUsize,
}

/// A caller's turn; gives it back when dropped.
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Limits {
    pub(crate) fn new(options: &Options) -> Self {
        let per_minute = NonZeroU32::new(options.calls_per_minute_max).unwrap_or(NonZeroU32::MIN);
        Self {
            callers: Cache::builder().max_capacity(CALLERS_MAX).time_to_idle(IDLE).build(),
            quota: Quota::per_minute(per_minute),
            concurrent_max: options.concurrent_max.max(1),
            waiting_max: options.waiting_max,
            streams: Arc::default(),
            streams_max: options.streams_max,
            streams_all_max: options.streams_all_max,
        }
    }

    fn counters(&self, caller: &access::Caller) -> Arc<Counters> {
        self.callers.get_with_by_ref(caller.key(), || {
            Arc::new(Counters {
                rate: RateLimiter::direct(self.quota),
                turns: Arc::new(Semaphore::new(self.concurrent_max)),
                waiting: AtomicUsize::new(0),
                streams: AtomicUsize::new(0),
            })
        })
    }

    /// Keeps a caller's counters although the caller is silent.
    pub(crate) fn remember(&self, caller: &access::Caller) {
        let _ = self.counters(caller);
    }

    /// A stream for this caller, unless there are too many.
    pub(crate) fn stream(&self, caller: &access::Caller) -> Option<Stream> {
        let counters = self.counters(caller);
        counters.rate.check().ok()?;
        let stream = Stream { counters, all: self.streams.clone() };
        let own = stream.counters.streams.fetch_add(1, Ordering::Relaxed);
        let all = stream.all.fetch_add(1, Ordering::Relaxed);
        (own < self.streams_max && all < self.streams_all_max).then_some(stream)
    }

    /// Waits for the caller's turn, in the order of arrival, or refuses.
    pub(crate) async fn turn(&self, caller: &access::Caller) -> Result<Turn> {
        let counters = self.counters(caller);
        if let Err(early) = counters.rate.check() {
            let after = early.wait_time_from(DefaultClock::default().now());
            return Err(refusal("You have made too many calls in a short time.").with_retry_after(after));
        }
        if let Ok(permit) = counters.turns.clone().try_acquire_owned() {
            return Ok(Turn { _permit: permit });
        }
        let _place = Place::take(&counters.waiting, self.waiting_max)
            .ok_or_else(|| refusal("Too many of your calls are under way at once."))?;
        let permit = counters.turns.clone().acquire_owned().await.map_err(Error::internal)?;
        Ok(Turn { _permit: permit })
    }
}

/// An open stream; gives its place back when dropped.
pub(crate) struct Stream {
    counters: Arc<Counters>,
    all: Arc<AtomicUsize>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.counters.streams.fetch_sub(1, Ordering::Relaxed);
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}

fn refusal(sentence: &str) -> Error {
    Error::new(ErrorKind::RateLimited, format!("{sentence} Wait a little and try again."))
}

/// A place in the queue, given back when the call gets its turn or goes away.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, max: usize) -> Option<Self> {
        if waiting.fetch_add(1, Ordering::Relaxed) >= max {
            waiting.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
