//! How much a user keeps, and how much more may be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use connector::{Error, ErrorKind, Result};

use crate::config::Config;
use crate::home::Usage;

/// How old a count may be before a refusal is based on it.
const REFUSAL_AGE_MAX: Duration = Duration::from_millis(500);

/// From how many users on ledgers that nobody uses are forgotten.
const LEDGERS_MAX: usize = 4096;

/// The ledgers of all users of one resource. A user's calls share one, so that they cannot pass a quota together.
#[derive(Debug, Default)]
pub(crate) struct Ledgers(Mutex<HashMap<Vec<String>, Arc<Ledger>>>);

impl Ledgers {
    pub(crate) fn of(&self, user: &[String], config: &Config) -> Arc<Ledger> {
        let mut ledgers = hold(&self.0);
        if ledgers.len() >= LEDGERS_MAX {
            ledgers.retain(|_, ledger| Arc::strong_count(ledger) > 1);
        }
        Arc::clone(ledgers.entry(user.to_vec()).or_insert_with(|| Arc::new(Ledger::new(config))))
    }
}

/// One user's account: what was counted, what has changed since, and what is being written.
///
/// What others do to the files (another process, the operator) is seen when they are counted again. A change that
/// falls into a count may be counted twice until the next one, never not at all.
#[derive(Debug)]
pub(crate) struct Ledger {
    bytes_max: Option<u64>,
    files_max: Option<u64>,
    count_age_max: Duration,
    state: Mutex<State>,
    counting: Mutex<()>,
    /// Held by what changes the user's objects in several requests.
    pub(crate) turn: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    counted: Option<(Usage, Instant)>,
    /// Promised to writes that have not ended.
    pending: Amount,
    /// Changes since the count began.
    more: Amount,
    less: Amount,
}

/// Bytes, and files with folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amount {
    bytes: u64,
    files: u64,
}

impl Amount {
    fn plus(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_add(other.bytes), files: self.files.saturating_add(other.files) }
    }

    fn minus(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_sub(other.bytes), files: self.files.saturating_sub(other.files) }
    }
}

impl State {
    fn used(&self) -> Amount {
        let counted = self.counted.map(|(usage, _)| usage).unwrap_or_default();
        let counted = Amount { bytes: counted.bytes, files: counted.files + counted.folders };
        counted.plus(self.more).minus(self.less).plus(self.pending)
    }

    fn age(&self) -> Option<Duration> {
        self.counted.map(|(_, at)| at.elapsed())
    }
}

impl Ledger {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            bytes_max: config.quota_bytes_max,
            files_max: config.quota_files_max,
            count_age_max: Duration::from_millis(config.quota_count_ms),
            state: Mutex::default(),
            counting: Mutex::default(),
            turn: Mutex::default(),
        }
    }

    fn limited(&self) -> bool {
        self.bytes_max.is_some() || self.files_max.is_some()
    }

    /// Promises room for more, or says that there is none. `count` adds up what there is.
    pub(crate) fn reserve(&self, bytes: u64, files: u64, count: &dyn Fn() -> Result<Usage>) -> Result<Reservation<'_>> {
        let amount = Amount { bytes, files };
        if !self.limited() {
            return Ok(Reservation { ledger: self, amount: Amount::default() });
        }
        for age_max in [self.count_age_max, REFUSAL_AGE_MAX] {
            self.counted(age_max, count)?;
            let mut state = hold(&self.state);
            if self.refusal(state.used(), amount).is_none() {
                state.pending = state.pending.plus(amount);
                return Ok(Reservation { ledger: self, amount });
            }
        }
        match self.refusal(hold(&self.state).used(), amount) {
            Some(refusal) => Err(Error::new(ErrorKind::LimitExceeded, refusal)),
            None => Err(crate::home::busy()),
        }
    }

    fn refusal(&self, used: Amount, wanted: Amount) -> Option<String> {
        let sum = used.plus(wanted);
        match (self.bytes_max, self.files_max) {
            (Some(max), _) if wanted.bytes > 0 && sum.bytes > max => Some(format!(
                "Your files may take {max} bytes in all. {} are used, and this needs {} more. Delete something first.",
                used.bytes, wanted.bytes
            )),
            (_, Some(max)) if wanted.files > 0 && sum.files > max => Some(format!(
                "You may keep {max} files and folders in all. There are {}, and this needs {} more. Delete something \
                 first.",
                used.files, wanted.files
            )),
            _ => None,
        }
    }

    /// Counts again where the last count is older than `age_max`; one at a time, and others wait for it.
    fn counted(&self, age_max: Duration, count: &dyn Fn() -> Result<Usage>) -> Result<()> {
        let fresh = || hold(&self.state).age().is_some_and(|age| age <= age_max);
        if fresh() {
            return Ok(());
        }
        let _counting = hold(&self.counting);
        if fresh() {
            return Ok(());
        }
        let (more, began) = (hold(&self.state).more, Instant::now());
        let usage = count()?;
        let mut state = hold(&self.state);
        state.counted = Some((usage, began));
        // What was added while the count ran may be missing in it. What was removed may be gone from it already.
        state.more = state.more.minus(more);
        state.less = Amount::default();
        Ok(())
    }

    /// What was removed needs no room any more.
    pub(crate) fn freed(&self, bytes: u64, files: u64) {
        let mut state = hold(&self.state);
        state.less = state.less.plus(Amount { bytes, files });
    }

    /// So much has changed that the next write counts again.
    pub(crate) fn forget(&self) {
        hold(&self.state).counted = None;
    }
}

/// Room that is kept for a write until it has ended; given back when dropped.
#[derive(Debug)]
pub(crate) struct Reservation<'a> {
    ledger: &'a Ledger,
    amount: Amount,
}

impl Reservation<'_> {
    /// It was written.
    pub(crate) fn commit(mut self) {
        let amount = std::mem::take(&mut self.amount);
        let mut state = hold(&self.ledger.state);
        state.pending = state.pending.minus(amount);
        state.more = state.more.plus(amount);
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut state = hold(&self.ledger.state);
        state.pending = state.pending.minus(self.amount);
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
