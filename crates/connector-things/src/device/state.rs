use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use connector::{Error, ErrorKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::binding::Reading;
use crate::config::HistoryConfig;

/// A larger value is not kept.
const VALUE_BYTES_MAX: usize = 8 << 10;

/// The most users of one device that are remembered.
const HOLDERS_MAX: usize = 1_000;

/// The same value within this time is the same telling.
const TOLD: SignedDuration = SignedDuration::from_secs(1);

/// What an entry of a history is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sort {
    /// A property.
    Property,
    /// An event.
    Event,
}

/// A value and its time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) value: Value,
}

/// What a device told.
#[derive(Debug)]
pub(crate) struct State {
    bounds: HistoryConfig,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    online: Option<bool>,
    seen: Option<Timestamp>,
    history: HashMap<(Sort, String), VecDeque<Entry>>,
    /// Since when it is known of a user that it is theirs, where that may change.
    holders: HashMap<String, Timestamp>,
}

impl State {
    pub(crate) fn new(bounds: HistoryConfig) -> Self {
        Self { bounds, inner: Mutex::default() }
    }

    /// The device answered, or told something.
    pub(crate) fn seen(&self) {
        let mut inner = self.inner();
        inner.online = Some(true);
        inner.seen = Some(Timestamp::now());
    }

    /// It said itself that it is there, or away.
    pub(crate) fn online(&self, online: bool) {
        if online {
            self.seen();
        } else {
            self.inner().online = Some(false);
        }
    }

    /// Whether it is there, and when it was last seen; nothing where nobody knows.
    pub(crate) fn presence(&self) -> (Option<bool>, Option<Timestamp>) {
        let inner = self.inner();
        (inner.online, inner.seen)
    }

    /// An error, with when the device was last seen where it says that the device is away.
    pub(crate) fn away(&self, error: Error) -> Error {
        if !matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Timeout) {
            return error;
        }
        let seen = {
            let mut inner = self.inner();
            inner.online = Some(false);
            inner.seen
        };
        let seen = seen.map_or_else(
            || "It was not seen since this server started.".to_owned(),
            |seen| format!("It was last seen at {}, {} ago.", whole(seen), ago(seen)),
        );
        let message = format!("The device is away. {seen} {}", error.message());
        let after = error.retry_after();
        let said = Error::new(ErrorKind::Unavailable, message);
        let said = if let Some(after) = after { said.with_retry_after(after) } else { said };
        said.with_source(error)
    }

    /// Keeps a value. What is not new is not kept again.
    pub(crate) fn keep(&self, sort: Sort, name: &str, reading: &Reading) {
        if !reading.retained {
            self.seen();
        }
        if self.bounds.items_max == 0 || reading.value.to_string().len() > VALUE_BYTES_MAX {
            return;
        }
        let oldest = self.oldest();
        let mut inner = self.inner();
        let kept = inner.history.entry((sort, name.to_owned())).or_default();
        // A value that was read or written is often told as well.
        let is_told = |last: &Entry| sort == Sort::Property && reading.at.duration_since(last.at) < TOLD;
        if kept.back().is_some_and(|last| last.value == reading.value && (last.at == reading.at || is_told(last))) {
            return;
        }
        // A retained message may be older than what came since.
        let place = kept.partition_point(|entry| entry.at <= reading.at);
        kept.insert(place, Entry { at: reading.at, value: reading.value.clone() });
        while kept.len() > self.bounds.items_max || kept.front().is_some_and(|entry| entry.at < oldest) {
            kept.pop_front();
        }
    }

    /// What is kept, the oldest first.
    pub(crate) fn history(&self, sort: Sort, name: &str) -> Vec<Entry> {
        let oldest = self.oldest();
        let inner = self.inner();
        let kept = inner.history.get(&(sort, name.to_owned()));
        kept.into_iter().flatten().filter(|entry| entry.at >= oldest).cloned().collect()
    }

    /// Notes that it is this user's as somebody says now, and gives since when: for the first one that is told of,
    /// always; for another, from now on. What was told to one is not told to the next.
    pub(crate) fn holder(&self, user: &str) -> Option<Timestamp> {
        let mut inner = self.inner();
        if let Some(since) = inner.holders.get(user) {
            return Some(*since).filter(|since| *since > Timestamp::MIN);
        }
        let since = if inner.holders.is_empty() { Timestamp::MIN } else { Timestamp::now() };
        if inner.holders.len() < HOLDERS_MAX {
            inner.holders.insert(user.to_owned(), since);
        }
        Some(since).filter(|since| *since > Timestamp::MIN)
    }

    fn oldest(&self) -> Timestamp {
        let age = SignedDuration::from_secs(i64::try_from(self.bounds.age_max_s).unwrap_or(i64::MAX));
        Timestamp::now().checked_sub(age).unwrap_or(Timestamp::MIN)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `2026-11-22T20:49:08Z`
fn whole(at: Timestamp) -> Timestamp {
    at.round(jiff::Unit::Second).unwrap_or(at)
}

fn ago(at: Timestamp) -> String {
    let seconds = Timestamp::now().duration_since(at).as_secs().max(0);
    match seconds {
        0..=119 => format!("{seconds} seconds"),
        120..=7_199 => format!("{} minutes", seconds / 60),
        7_200..=172_799 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
