use std::time::Duration;

use tokio::time::Instant;

use super::events::Streamed;
use super::failure::{Failure, Stage};
use crate::response::retry_after;
use crate::{ClientConfig, Request};

/// The longest pause between two tries that the upstream did not ask for.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Decides whether a call is tried once more.
#[derive(Debug)]
pub(crate) struct Again {
    left: u32,
    wait: Duration,
    is_repeatable: bool,
    deadline: Instant,
}

impl Again {
    pub(crate) fn new(config: &ClientConfig, request: &Request, deadline: Instant) -> Self {
        let wait = Duration::from_millis(config.retry_wait_ms);
        Self { left: config.retries, wait, is_repeatable: request.repeatable, deadline }
    }

    /// How long to wait before the next try; `None` where what came back is the answer. A pause that the upstream asks
    /// for is kept whole, or the call ends now.
    pub(crate) fn after(&mut self, outcome: &Result<Streamed, Failure>) -> Option<Duration> {
        let asked = match outcome {
            Ok(Streamed::Whole(response)) if self.is_repeatable && is_passing(response.status.as_u16()) => {
                retry_after(&response.headers).unwrap_or_default()
            }
            Err(failure) if failure.stage == Stage::NotSent => Duration::ZERO,
            Err(failure) if failure.stage == Stage::Sent && self.is_repeatable => Duration::ZERO,
            _ => return None,
        };
        self.left = self.left.checked_sub(1)?;
        // Half of it by chance, so that many callers do not come back together.
        let wait = self.wait.mul_f64(0.5 + fastrand::f64() / 2.0).max(asked);
        self.wait = self.wait.saturating_mul(2).min(WAIT_MAX);
        (wait < self.deadline.saturating_duration_since(Instant::now())).then_some(wait)
    }
}

/// Statuses that a later try may not meet again.
fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}
