use std::collections::HashMap;
use std::sync::Arc;

use access::Effect;
use connector::{Catalog, Documents, Hidden, Prompt};
use serde_json::Map;

use super::action::{Tool, action, text};
use super::documents::{RESOURCES, collection, template};
use super::prompt::{Recited, prompt};
use super::select::is_selected;
use crate::Config;
use crate::pins::Judged;
use crate::read::{Found, line, lines};
use crate::ties::{Tied, Whose};

/// What a server said when it was last looked at, and what calls need of it.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) offered: Offered,
}

/// What may be called.
#[derive(Debug, Default)]
pub(crate) struct Offered {
    pub(crate) tools: HashMap<String, Tool>,
    pub(crate) prompts: HashMap<String, Recited>,
    pub(crate) documents: Option<Tied>,
}

impl Snapshot {
    pub(crate) fn new(resource: &str, found: &Found, judged: &Judged, config: &Config, whose: &Whose) -> Self {
        let mut catalog = Catalog { hidden: judged.hidden.clone(), ..Catalog::default() };
        let mut offered = Offered::default();
        let instructions = found.about.instructions.as_deref().filter(|_| judged.takes("instructions"));
        catalog.description = instructions.map(lines).filter(|text| !text.is_empty());
        for tool in &found.tools {
            let name = text(tool, "name").unwrap_or_default();
            if !judged.takes(name) || !is_selected(config, name) {
                continue;
            }
            if offered.tools.contains_key(name) {
                catalog.hidden.push(twice(name));
                continue;
            }
            match action(tool, config, whose) {
                Ok((action, tool)) => {
                    offered.tools.insert(action.name.clone(), tool);
                    catalog.actions.push(action);
                }
                Err(hidden) => catalog.hidden.push(hidden),
            }
        }
        let mut prompts: Vec<Prompt> = Vec::new();
        for one in &found.prompts {
            let name = text(one, "name").unwrap_or_default();
            let is_new = !offered.prompts.contains_key(name);
            if !judged.takes(&format!("prompt:{name}")) || !is_selected(config, name) || !is_new {
                continue;
            }
            match prompt(one, whose) {
                Ok((shown, recited)) => {
                    offered.prompts.insert(shown.name.clone(), recited);
                    prompts.push(shown);
                }
                Err(hidden) => catalog.hidden.push(hidden),
            }
        }
        prompts.sort_by(|one, other| one.name.cmp(&other.name));
        catalog.prompts = prompts;
        if found.about.has("resources") {
            match Tied::new(whose, RESOURCES, Effect::Read, &Map::new()) {
                Ok(tied) => {
                    catalog.collections.push(collection(tied.ownership.clone()));
                    let templates = found.templates.iter().filter_map(template).collect();
                    catalog.documents = Some(Documents { collection: RESOURCES.to_owned(), templates });
                    offered.documents = Some(tied);
                }
                Err(hidden) => catalog.hidden.push(hidden),
            }
        }
        tracing::debug!(resource, tools = catalog.actions.len(), hidden = catalog.hidden.len(), "read an MCP server");
        Self { catalog: Arc::new(catalog), offered }
    }
}

fn twice(name: &str) -> Hidden {
    Hidden {
        name: line(name),
        reason: "its server has two tools of this name".into(),
        open_with: "none: its server has to name them apart".into(),
    }
}
