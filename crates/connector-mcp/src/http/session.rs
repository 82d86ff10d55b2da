use std::sync::{Mutex, PoisonError};

use serde_json::{Map, json};

use super::headers;
use super::link::Inner;
use crate::wire::{About, Ask, Failure, LATEST_SESSION, Who, agreed, info};

/// One caller's session with a server of the revisions before 2026-07-28.
#[derive(Debug)]
pub(super) struct Session {
    /// The server's name for it, where it gives one.
    pub(super) id: Option<String>,
    /// The revision that both speak.
    pub(super) version: &'static str,
    pub(super) about: About,
    /// From which level on it sends lines.
    level: Mutex<Option<String>>,
}

impl Session {
    pub(super) fn headers(&self) -> http::HeaderMap {
        // The first of the revisions had no such header.
        let version = Some(self.version).filter(|version| *version != "2025-03-26");
        headers::session(version, self.id.as_deref())
    }

    /// Whether the server has still to be told which lines are wanted.
    pub(super) fn wants_level(&self, level: Option<&str>) -> Option<String> {
        let level = level.filter(|_| self.about.has("logging"))?;
        let mut told = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        (told.as_deref() != Some(level)).then(|| {
            *told = Some(level.to_owned());
            level.to_owned()
        })
    }
}

impl Inner {
    /// Begins a session (2025-11-25, basic/lifecycle). The server is told of no abilities: what it would ask of a client
    /// in the middle of a call cannot be passed on to one that calls without a session.
    pub(super) async fn begin(&self, who: Who<'_>) -> Result<Session, Failure> {
        let params = json!({"protocolVersion": LATEST_SESSION, "capabilities": {}, "clientInfo": info()});
        let params = params.as_object().cloned().unwrap_or_default();
        let ask = Ask::look("initialize", params);
        let (result, id) = self.exchange(who, &ask, headers::session(None, None)).await?;
        let version = agreed(&result)?;
        let session = Session { id, version, about: About::read(&result), level: Mutex::new(None) };
        self.tell(who, "notifications/initialized", &Map::new(), session.headers()).await?;
        Ok(session)
    }
}
