//! What a server says of itself: its tools, prompts and templates, every page of them.

mod pages;
mod text;

use std::time::Duration;

use connector::{Error, Result};
use serde_json::{Map, Value};

use crate::Config;
use crate::wire::{About, Failure, Link};

pub(crate) use pages::{all, pages};
pub(crate) use text::{line, lines};

/// How long a look at all that a server says may take: one that never ends would keep every resource from being looked
/// at again.
const LOOK_MAX: Duration = Duration::from_secs(120);

/// All that was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) about: About,
    pub(crate) tools: Vec<Map<String, Value>>,
    pub(crate) prompts: Vec<Map<String, Value>>,
    pub(crate) templates: Vec<Map<String, Value>>,
}

/// Reads it, and lets go of what was started for it.
pub(crate) async fn read(link: &dyn Link, config: &Config) -> Result<Found> {
    let found = tokio::time::timeout(LOOK_MAX, everything(link, config)).await;
    link.done_reading();
    let late = |_| Error::unavailable("it did not say in time what it offers");
    found.map_err(late)?.map_err(|failure| failure.into_error("the server"))
}

async fn everything(link: &dyn Link, config: &Config) -> Result<Found, Failure> {
    let about = link.hello().await?;
    let most = config.items_max();
    let mut found = Found { about, ..Found::default() };
    if found.about.has("tools") {
        found.tools = pages(link, "tools/list", "tools", most).await?;
    }
    if found.about.has("prompts") {
        found.prompts = pages(link, "prompts/list", "prompts", most).await?;
    }
    if found.about.has("resources") {
        // A server may have resources and no templates at all.
        found.templates = match pages(link, "resources/templates/list", "resourceTemplates", most).await {
            Err(Failure::Said(said)) if said.code == -32601 => Vec::new(),
            outcome => outcome?,
        };
    }
    Ok(found)
}
