//! What is known of a device while this process runs: when it was last seen, what it told, and whose turn it is.

mod devices;
mod state;
mod watch;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use connector::{Error, ErrorKind, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::task::JoinSet;

pub(crate) use self::devices::Devices;
pub(crate) use self::state::{Entry, Sort, State};
pub(crate) use self::watch::{Watched, begin};
use crate::config::LimitsConfig;
use crate::td::Thing;

/// One device: a thing, or one caller's own of it.
#[derive(Debug)]
pub(crate) struct Device {
    /// As it is described.
    pub(crate) thing: Arc<Thing>,
    /// What it told, shared with those who watch it.
    pub(crate) state: Arc<State>,
    commands: DefaultDirectRateLimiter,
    readings: DefaultDirectRateLimiter,
    turn: tokio::sync::Mutex<()>,
    watches: Mutex<Option<JoinSet<()>>>,
    used: Mutex<Instant>,
}

impl Device {
    fn new(thing: Arc<Thing>, state: Arc<State>, limits: &LimitsConfig) -> Self {
        Self {
            thing,
            state,
            commands: limiter(limits.commands_per_minute),
            readings: limiter(limits.reads_per_minute),
            turn: tokio::sync::Mutex::new(()),
            watches: Mutex::new(None),
            used: Mutex::new(Instant::now()),
        }
    }

    /// Counts a reading.
    pub(crate) fn may_read(&self) -> Result<()> {
        check(&self.readings, "read")
    }

    /// Counts a command.
    pub(crate) fn may_command(&self) -> Result<()> {
        check(&self.commands, "commanded")
    }

    /// Waits until no other command is under way on this device.
    pub(crate) async fn turn(&self, at_most: Duration) -> Result<tokio::sync::MutexGuard<'_, ()>> {
        tokio::time::timeout(at_most, self.turn.lock()).await.map_err(|_| {
            let message = "Another command of this device is under way. Nothing was sent; try again in a moment.";
            Error::new(ErrorKind::Unavailable, message)
        })
    }

    /// Watches it from now on, unless somebody does already.
    pub(crate) fn watch(&self, begin: impl FnOnce() -> JoinSet<()>) {
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        if watches.is_none() {
            *watches = Some(begin());
        }
    }

    /// Whether it is watched.
    pub(crate) fn is_watched(&self) -> bool {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn unwatch(&self) {
        *self.watches.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn touch(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn idle(&self) -> Duration {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

fn limiter(per_minute: u32) -> DefaultDirectRateLimiter {
    let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
    RateLimiter::direct(Quota::per_minute(per_minute))
}

fn check(limiter: &DefaultDirectRateLimiter, what: &str) -> Result<()> {
    limiter.check().map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        let message = format!("This device was {what} too often for now. Nothing was sent; wait, then try again.");
        Error::new(ErrorKind::RateLimited, message).with_retry_after(wait)
    })
}
