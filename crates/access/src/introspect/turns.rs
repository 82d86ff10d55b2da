use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Who asks an issuer now, and who waits.
///
/// Tokens that were not good before, which anybody can make up, share half of the turns: however many of them come, those
/// of users who are there already are asked about.
#[derive(Debug)]
pub(super) struct Turns {
    all: Semaphore,
    strangers: Semaphore,
    patience: Duration,
}

/// Given back when dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    _one: SemaphorePermit<'a>,
    _strangers: Option<SemaphorePermit<'a>>,
}

impl Turns {
    pub(super) fn new(most: usize, patience: Duration) -> Self {
        let (all, strangers) = (most.max(1), (most / 2).max(1));
        Self { all: Semaphore::new(all), strangers: Semaphore::new(strangers), patience }
    }

    /// Waits for a turn; nothing where none comes in time.
    pub(super) async fn take(&self, was_good: bool) -> Option<Turn<'_>> {
        tokio::time::timeout(self.patience, self.next(was_good)).await.ok()?
    }

    async fn next(&self, was_good: bool) -> Option<Turn<'_>> {
        // Strangers wait among themselves first: in the line for all there is never a crowd of them.
        let strangers = match was_good {
            true => None,
            false => Some(self.strangers.acquire().await.ok()?),
        };
        Some(Turn { _one: self.all.acquire().await.ok()?, _strangers: strangers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn strangers_take_half_of_the_turns_and_leave_the_others() {
        let turns = Turns::new(4, Duration::from_millis(20));
        let strangers = (turns.take(false).await, turns.take(false).await);
        assert!(strangers.0.is_some() && strangers.1.is_some());
        assert!(turns.take(false).await.is_none());
        let known = (turns.take(true).await, turns.take(true).await);
        assert!(known.0.is_some() && known.1.is_some());
        assert!(turns.take(true).await.is_none());
        drop((strangers, known));
        assert!(turns.take(false).await.is_some());
    }
}
