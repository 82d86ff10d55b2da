use connector::{Error, Result};
use serde_json::{Map, Value};
use upstream::Sources;

use super::digest::sha256;
use super::file::{self, Accepted, Pin};
use super::{Key, definitions};
use crate::{Config, PinsIn, mcp, read};

/// What a server says now and nobody has accepted.
#[derive(Debug)]
pub struct Review {
    resource: String,
    path: std::path::PathBuf,
    /// What is new or another than before.
    pub changes: Vec<Change>,
}

/// One text that differs from what was accepted.
#[derive(Clone, Debug)]
pub struct Change {
    /// The tool `NAME`, `prompt:NAME`, or `instructions`.
    pub key: String,
    /// The digest of what it is now.
    pub sha256: String,
    /// What was accepted; nothing where it is new.
    pub before: Option<Map<String, Value>>,
    /// What it is now.
    pub now: Map<String, Value>,
}

/// Asks a server what it says now, and holds it against what was accepted.
pub async fn review(resource: &str, config: &Config, sources: &dyn Sources) -> Result<Review> {
    let wrong = |what: &str| Error::invalid(format!("[resources.{resource}]: {what}."));
    if !config.pinned.is_empty() {
        return Err(wrong(
            "what is accepted stands in `pinned`: `bellhop check` prints the digests of what is held back",
        ));
    }
    if config.pins == PinsIn::Off {
        return Err(wrong("`pins = \"off\"` accepts everything"));
    }
    let whose = crate::ties::Whose::new(resource, config, sources)?;
    let link = mcp::link(resource, config, std::sync::Arc::new(whose)).await?;
    let found = read::read(&*link, config).await?;
    let path = file::path(&config.base);
    let accepted = file::read(&path, resource)
        .map_err(|error| wrong(&format!("bellhop.pins.json cannot be read: {error}")))?
        .unwrap_or_default();
    let changes = definitions(&found).into_iter().filter_map(|(key, now)| {
        let sha256 = sha256(&now);
        let before = accepted.get(&key);
        let is_same = before.is_some_and(|pin| pin.sha256 == sha256);
        let before = before.map(|pin| pin.definition.clone());
        (!is_same).then_some(Change { key, sha256, before, now })
    });
    Ok(Review { resource: resource.to_owned(), path, changes: changes.collect() })
}

impl Review {
    /// Accepts these, exactly as they were shown.
    pub fn accept(&self, changes: &[Change]) -> Result<()> {
        let pins: Accepted = changes
            .iter()
            .map(|it| -> (Key, Pin) { (it.key.clone(), Pin { sha256: it.sha256.clone(), definition: it.now.clone() }) })
            .collect();
        file::add(&self.path, &self.resource, pins)
            .map_err(|error| Error::invalid(format!("bellhop.pins.json cannot be written: {error}.")))
    }
}
