//! What a server's texts were when they were accepted. They are read by models, and whoever runs the server can change
//! them at any time: a change is held back until somebody has looked at it.

mod digest;
mod file;
mod judge;
mod review;

use serde_json::{Map, Value};

use crate::read::Found;

pub(crate) use judge::{Judged, Pins};
pub use review::{Change, Review, review};

/// What an entry is of: the tool `NAME`, `prompt:NAME`, or `instructions`.
pub(crate) type Key = String;

/// What of everything that was read is pinned, by key: names, texts, schemas and annotations.
fn definitions(found: &Found) -> Vec<(Key, Map<String, Value>)> {
    const TOOL: [&str; 6] = ["name", "title", "description", "inputSchema", "outputSchema", "annotations"];
    const PROMPT: [&str; 4] = ["name", "title", "description", "arguments"];
    let name = |item: &Map<String, Value>| item.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let tools = found.tools.iter().map(|tool| (name(tool), only(tool, &TOOL)));
    let prompts = found.prompts.iter().map(|prompt| (format!("prompt:{}", name(prompt)), only(prompt, &PROMPT)));
    let instructions = found
        .about
        .instructions
        .clone()
        .map(|text| ("instructions".to_owned(), Map::from_iter([("instructions".to_owned(), Value::from(text))])));
    tools.chain(prompts).chain(instructions).collect()
}

fn only(item: &Map<String, Value>, keys: &[&str]) -> Map<String, Value> {
    keys.iter().filter_map(|key| Some(((*key).to_owned(), item.get(*key)?.clone()))).collect()
}
