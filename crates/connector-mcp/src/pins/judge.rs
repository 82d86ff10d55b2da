use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use connector::{Error, Hidden, Result};
use indexmap::IndexMap;

use super::digest::sha256;
use super::file::{self, Accepted, Pin};
use super::{Key, definitions};
use crate::read::{Found, line};
use crate::{Config, NewTools, PinsIn};

/// What was accepted of one resource, and what happens with the rest.
#[derive(Debug)]
pub(crate) struct Pins {
    resource: String,
    kept: Kept,
    new: NewTools,
    /// What was seen first, where the file cannot be written.
    seen: Mutex<Option<Accepted>>,
}

#[derive(Debug)]
enum Kept {
    File(PathBuf),
    Config(IndexMap<String, String>),
    Nowhere,
}

/// What is not offered.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    held: HashSet<Key>,
    pub(crate) hidden: Vec<Hidden>,
}

impl Judged {
    /// Whether this is what was accepted.
    pub(crate) fn takes(&self, key: &str) -> bool {
        !self.held.contains(key)
    }
}

impl Pins {
    pub(crate) fn new(resource: &str, config: &Config) -> Self {
        let kept = match config.pins {
            _ if !config.pinned.is_empty() => Kept::Config(config.pinned.clone()),
            PinsIn::File => Kept::File(file::path(&config.base)),
            PinsIn::Off => Kept::Nowhere,
        };
        Self { resource: resource.to_owned(), kept, new: config.new_tools, seen: Mutex::new(None) }
    }

    /// Holds what was read against what was accepted. What is seen for the first time is accepted (trust on first use).
    pub(crate) fn judge(&self, found: &Found) -> Result<Judged> {
        let now = definitions(found);
        match &self.kept {
            Kept::Nowhere => Ok(Judged::default()),
            Kept::Config(pinned) => {
                let of = |key: &Key| pinned.get(key).cloned();
                let open = |key: &Key, sha256: &str| {
                    format!("pinned.\"{key}\" = \"{sha256}\"  # in [resources.{}]", self.resource)
                };
                Ok(self.held(now.iter().map(|(key, it)| (key, sha256(it))), &of, &open))
            }
            Kept::File(path) => {
                let accepted = file::read(path, &self.resource).map_err(|error| self.broken(&error))?;
                let accepted = accepted.or_else(|| self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone());
                let pin = |(key, definition): &(Key, serde_json::Map<_, _>)| {
                    (key.clone(), Pin { sha256: sha256(definition), definition: definition.clone() })
                };
                let pins: Accepted = now.iter().map(pin).collect();
                let accepted = accepted.unwrap_or_else(|| {
                    tracing::info!(
                        resource = self.resource,
                        count = pins.len(),
                        "seen for the first time: its descriptions are accepted as they are; changes will be held back"
                    );
                    self.keep(path, pins.clone());
                    pins.clone()
                });
                if self.new == NewTools::Allow {
                    let new: Accepted =
                        pins.clone().into_iter().filter(|(key, _)| !accepted.contains_key(key)).collect();
                    if !new.is_empty() {
                        tracing::info!(resource = self.resource, count = new.len(), "new descriptions are accepted");
                        self.keep(path, new);
                    }
                }
                let digests: BTreeMap<&Key, &str> =
                    accepted.iter().map(|(key, pin)| (key, pin.sha256.as_str())).collect();
                let of = |key: &Key| digests.get(key).map(|digest| (*digest).to_owned());
                let open = |key: &Key, _: &str| format!("bellhop approve {} {key}", self.resource);
                // Every definition, not every name: one that is listed twice is held back where either is another.
                Ok(self.held(now.iter().map(|(key, it)| (key, sha256(it))), &of, &open))
            }
        }
    }

    fn held<'a>(
        &self,
        now: impl Iterator<Item = (&'a Key, String)>,
        accepted: &dyn Fn(&Key) -> Option<String>,
        open_with: &dyn Fn(&Key, &str) -> String,
    ) -> Judged {
        let mut judged = Judged::default();
        for (key, sha256) in now {
            let reason = match accepted(key) {
                Some(before) if before.eq_ignore_ascii_case(&sha256) => continue,
                Some(_) => "its description or schema is another than the one that was accepted",
                None if self.new == NewTools::Allow => continue,
                None => "it was not there when its server was accepted",
            };
            let hidden = Hidden { name: line(key), reason: reason.into(), open_with: open_with(&line(key), &sha256) };
            judged.hidden.push(hidden);
            judged.held.insert(key.clone());
        }
        judged
    }

    /// Without a file, what was seen counts as long as this process runs.
    fn keep(&self, path: &std::path::Path, pins: Accepted) {
        if let Err(error) = file::add(path, &self.resource, pins.clone()) {
            tracing::warn!(resource = self.resource, %error, "bellhop.pins.json cannot be written: what was accepted is known until this server stops");
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().extend(pins);
        }
    }

    fn broken(&self, error: &std::io::Error) -> Error {
        Error::invalid(format!(
            "[resources.{}]: bellhop.pins.json beside the configuration cannot be read: {error}. Repair it, or remove it \
             and look at what its servers say now.",
            self.resource
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Map, json};

    use super::*;

    fn tool(name: &str, description: &str) -> Map<String, serde_json::Value> {
        json!({"name": name, "description": description, "inputSchema": {}}).as_object().unwrap().clone()
    }

    #[test]
    fn a_name_that_is_listed_twice_does_not_hide_another_definition_behind_the_accepted_one() {
        let folder = tempfile::tempdir().unwrap();
        let pins = || Pins::new("peer", &Config { base: folder.path().to_owned(), ..Config::default() });
        let first = Found { tools: vec![tool("add", "Adds.")], ..Found::default() };
        assert!(pins().judge(&first).unwrap().takes("add"));
        let twice = Found { tools: vec![tool("add", "Sends it away."), tool("add", "Adds.")], ..Found::default() };
        assert!(!pins().judge(&twice).unwrap().takes("add"));
        assert!(pins().judge(&first).unwrap().takes("add"));
    }
}
