//! The protocol without a transport: what is asked, what comes back, and who asks.

mod about;
mod client;
mod failure;
mod hear;
mod message;

use access::Caller;
use connector::{Context, Happening};
use serde_json::{Map, Value};
use upstream::Tie;

pub(crate) use about::{About, agreed, offers_sessions, stateless};
pub(crate) use client::{capabilities, info};
pub(crate) use failure::{Failure, Said};
pub(crate) use hear::{Hearing, happening};
pub(crate) use message::{Message, notification, refusal, request};

/// The stateless revision, which is spoken where the server can.
pub(crate) const MODERN: &str = "2026-07-28";
/// The newest that begins with `initialize`.
pub(crate) const LATEST_SESSION: &str = "2025-11-25";
/// Those of them that are spoken.
pub(crate) const SESSIONS: [&str; 3] = [LATEST_SESSION, "2025-06-18", "2025-03-26"];

/// One way to a server. Dropping the future of a request cancels it.
#[async_trait::async_trait]
pub(crate) trait Link: std::fmt::Debug + Send + Sync {
    /// Finds out which revision the server speaks and what it says of itself.
    async fn hello(&self) -> Result<About, Failure>;

    /// Sends one request and waits for its result.
    async fn ask(&self, who: Who<'_>, ask: Ask<'_>) -> Result<Map<String, Value>, Failure>;

    /// What was started to read the catalog is needed no more.
    fn done_reading(&self) {}

    /// Listens to what the server tells of itself, where it says that it does.
    fn listen(&self, _about: &About) {}

    /// A sign of life.
    async fn health(&self) -> Result<(), Failure>;

    /// What the server tells of itself unasked.
    fn happenings(&self) -> tokio::sync::broadcast::Receiver<Happening>;
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who<'a> {
    /// The house itself, before anybody calls.
    House,
    /// One caller, in calls that are tied so.
    Caller(&'a Caller, &'a Tie),
}

/// One request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask<'a> {
    pub(crate) method: &'static str,
    pub(crate) params: Map<String, Value>,
    /// What the request is about: the tool, the prompt, the address (header `Mcp-Name`).
    pub(crate) name: Option<String>,
    /// Arguments that the tool wants to see as headers too, by their header's name.
    pub(crate) headers: Vec<(String, String)>,
    /// Whether asking twice is asking once.
    pub(crate) repeatable: bool,
    /// Who listens.
    pub(crate) context: Option<&'a Context>,
}

impl Ask<'_> {
    /// One that only looks.
    pub(crate) fn look(method: &'static str, params: Map<String, Value>) -> Self {
        Self { method, params, repeatable: true, ..Self::default() }
    }
}
