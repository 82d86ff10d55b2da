use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use tokio::time::Instant;

/// Answers for an upstream that failed several times in a row, until one call finds it well again.
#[derive(Debug)]
pub struct Breaker {
    failures_max: u32,
    open_for: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Failures in a row, and when a call last went well.
    Closed {
        failures: u32,
        well: Option<Instant>,
    },
    Open {
        until: Instant,
    },
    Probing,
}

/// Leave for one call. What is dropped without a word (the caller went away) says nothing about the upstream.
#[derive(Debug)]
pub struct Pass<'a> {
    breaker: &'a Breaker,
    began: Instant,
    is_probe: bool,
    is_judged: bool,
}

impl Breaker {
    /// One that opens after so many failures in a row (0: never), for so long.
    pub fn new(failures_max: u32, open_for: Duration) -> Self {
        Self { failures_max, open_for, state: Mutex::new(State::Closed { failures: 0, well: None }) }
    }

    /// Refuses while it is open and while another call is the probe.
    pub fn check(&self) -> Result<()> {
        match *self.state() {
            State::Closed { .. } => Ok(()),
            State::Open { until } if until <= Instant::now() => Ok(()),
            State::Open { until } => Err(open(until.duration_since(Instant::now()))),
            State::Probing => Err(open(Duration::from_secs(1))),
        }
    }

    /// Lets a call through. The first after the pause is the probe.
    pub fn enter(&self) -> Result<Pass<'_>> {
        self.check()?;
        let mut state = self.state();
        let is_probe = match *state {
            State::Closed { .. } => false,
            State::Open { .. } => {
                *state = State::Probing;
                true
            }
            // Another call became the probe in between.
            State::Probing => return Err(open(Duration::from_secs(1))),
        };
        Ok(Pass { breaker: self, began: Instant::now(), is_probe, is_judged: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Says how the upstream did.
    pub fn judge(mut self, is_well: bool) {
        self.is_judged = true;
        let breaker = self.breaker;
        let mut state = breaker.state();
        let opened = State::Open { until: Instant::now() + breaker.open_for };
        *state = match *state {
            _ if is_well || breaker.failures_max == 0 => State::Closed { failures: 0, well: Some(Instant::now()) },
            // Others went well while this one was under way: it is this call that is slow, not the upstream.
            State::Closed { failures, well } if well.is_some_and(|well| well > self.began) => {
                State::Closed { failures, well }
            }
            State::Closed { failures, well } if failures + 1 < breaker.failures_max => {
                State::Closed { failures: failures + 1, well }
            }
            State::Closed { .. } => opened,
            _ if self.is_probe => opened,
            // Calls that were under way when it opened.
            other => other,
        };
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.is_probe && !self.is_judged {
            *self.breaker.state() = State::Open { until: Instant::now() };
        }
    }
}

fn open(left: Duration) -> Error {
    let message = "The upstream failed several times in a row and is left alone for a moment. Nothing was sent; try \
                   again later.";
    // Whole seconds, so that nobody comes back too early.
    let after = Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0));
    Error::new(ErrorKind::Unavailable, message).with_retry_after(after)
}
