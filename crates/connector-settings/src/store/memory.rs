//! Settings in this process, gone when it ends.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use connector::{Error, ErrorKind, Result};
use serde_json::Value;

use super::{Doc, Store, Stored, Written};
use crate::config::Config;
use crate::item::now;
use crate::space::Space;

/// What one key takes beside its value: a round figure.
const KEY_BYTES: usize = 200;

#[derive(Debug)]
pub(crate) struct Memory {
    kept: Mutex<Kept>,
    history: usize,
    keys_max: usize,
    bytes_max: usize,
}

#[derive(Debug, Default)]
struct Kept {
    users: HashMap<Space, BTreeMap<String, Revisions>>,
    last: u64,
    bytes: usize,
}

/// The latest first. Never empty.
type Revisions = VecDeque<(Stored, usize)>;

impl Memory {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            kept: Mutex::default(),
            history: config.history as usize,
            keys_max: config.keys_max as usize,
            bytes_max: config.memory_bytes_max,
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn revisions(&self, space: &Space, key: &str) -> Option<&Revisions> {
        self.users.get(space)?.get(key)
    }

    fn revision(&self, space: &Space, key: &str) -> u64 {
        self.revisions(space, key).and_then(|all| all.front()).map_or(0, |(stored, _)| stored.revision)
    }

    fn remove(&mut self, space: &Space, key: &str) {
        let Some(keys) = self.users.get_mut(space) else { return };
        let gone = keys.remove(key).into_iter().flatten().map(|(_, bytes)| bytes).sum::<usize>();
        self.bytes = self.bytes.saturating_sub(gone);
        if keys.is_empty() {
            self.users.remove(space);
        }
    }

    fn remove_expired(&mut self, space: &Space) {
        let now = now();
        let keys = self.users.get(space).into_iter().flatten();
        let is_over = |all: &Revisions| all.front().is_some_and(|(stored, _)| stored.doc.is_expired(now));
        let over: Vec<_> = keys.filter(|(_, all)| is_over(all)).map(|(key, _)| key.clone()).collect();
        over.iter().for_each(|key| self.remove(space, key));
    }
}

#[async_trait::async_trait]
impl Store for Memory {
    async fn get(&self, space: &Space, key: &str) -> Result<Option<Stored>> {
        Ok(self.kept().revisions(space, key).and_then(|all| all.front()).map(|(stored, _)| stored.clone()))
    }

    async fn all(&self, space: &Space, max: usize) -> Result<Vec<(String, Stored)>> {
        let kept = self.kept();
        let keys = kept.users.get(space).into_iter().flatten();
        let latest = |(key, all): (&String, &Revisions)| Some((key.clone(), all.front()?.0.clone()));
        Ok(keys.filter_map(latest).take(max).collect())
    }

    async fn put(&self, space: &Space, key: &str, doc: &Doc, expected: u64) -> Result<Written> {
        let bytes = serde_json::to_string(doc).map_err(Error::internal)?.len() + key.len() + KEY_BYTES;
        let mut kept = self.kept();
        if kept.revision(space, key) != expected {
            return Ok(Written::Changed);
        }
        kept.remove_expired(space);
        if kept.revisions(space, key).is_none() && kept.users.get(space).is_some_and(|keys| keys.len() >= self.keys_max)
        {
            return Ok(Written::Full);
        }
        if kept.bytes + bytes > self.bytes_max {
            for space in kept.users.keys().cloned().collect::<Vec<_>>() {
                kept.remove_expired(&space);
            }
        }
        if kept.bytes + bytes > self.bytes_max {
            return Err(Error::new(ErrorKind::LimitExceeded, "There is no space left for settings."));
        }
        kept.last += 1;
        kept.bytes += bytes;
        let revision = kept.last;
        let all = kept.users.entry(space.clone()).or_default().entry(key.to_owned()).or_default();
        all.push_front((Stored { doc: doc.clone(), revision }, bytes));
        let dropped: usize = all.split_off(self.history.min(all.len())).into_iter().map(|(_, bytes)| bytes).sum();
        kept.bytes = kept.bytes.saturating_sub(dropped);
        Ok(Written::Done(revision))
    }

    async fn delete(&self, space: &Space, key: &str, expected: u64) -> Result<Written> {
        let mut kept = self.kept();
        if kept.revision(space, key) != expected {
            return Ok(Written::Changed);
        }
        kept.remove(space, key);
        Ok(Written::Done(expected))
    }

    async fn history(&self, space: &Space, key: &str) -> Result<Vec<Stored>> {
        let kept = self.kept();
        Ok(kept.revisions(space, key).into_iter().flatten().map(|(stored, _)| stored.clone()).collect())
    }

    async fn default(&self, _key: &str) -> Result<Option<Value>> {
        Ok(None)
    }

    async fn defaults(&self, _max: usize) -> Result<Vec<(String, Value)>> {
        Ok(Vec::new())
    }

    async fn health(&self) -> Result<()> {
        Ok(())
    }
}
