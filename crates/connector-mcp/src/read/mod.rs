//! What a server says of itself: its tools, prompts and templates, every page of them.

mod pages;
mod text;

use connector::Result;
use serde_json::{Map, Value};

use crate::Config;
use crate::wire::{About, Failure, Link};

pub(crate) use pages::{all, pages};
pub(crate) use text::{line, lines};

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
    let found = everything(link, config).await;
    link.done_reading();
    found.map_err(|failure| failure.into_error("the server"))
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
