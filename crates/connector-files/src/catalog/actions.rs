use access::Effect;
use connector::Action;
use serde_json::{Map, Value, json};

use super::parameters::{GLOB, described, folder_schema, glob, path};
use super::{IDENTITY, ownership};
use crate::actions::needle::TEXT_BYTES_MAX;
use crate::actions::search::{LINES_DEFAULT, LINES_MAX};
use crate::config::Config;

fn input(properties: Value, required: &[&str]) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties);
    schema.insert("required".into(), required.into());
    schema.insert("additionalProperties".into(), false.into());
    schema
}

fn action(name: &str, description: String, input: Map<String, Value>, effect: Effect) -> Action {
    Action {
        name: name.into(),
        description: Some(description),
        input,
        output: None,
        effect,
        idempotent: effect == Effect::Read,
        identity: IDENTITY.map(str::to_owned).to_vec(),
        ownership: ownership(),
    }
}

fn from_to() -> Value {
    json!({
        "from": described(path(), "The path it has now."),
        "to": described(path(), "The path it is to have. Folders on the way are made."),
        "overwrite": {"type": "boolean", "description": "Replace a file that is there; otherwise that is a conflict."},
    })
}

pub(super) fn move_() -> Action {
    let description = "Moves or renames a file or a folder.".into();
    action("move", description, input(from_to(), &["from", "to"]), Effect::Write)
}

pub(super) fn copy(config: &Config) -> Action {
    let description = format!("Copies a file of at most {} bytes.", config.copy_bytes_max);
    action("copy", description, input(from_to(), &["from", "to"]), Effect::Write)
}

pub(super) fn search() -> Action {
    let properties = json!({
        "text": {
            "type": "string", "minLength": 1, "maxLength": TEXT_BYTES_MAX,
            "description": "The text to look for, taken literally.",
        },
        "folder": described(folder_schema(), "Only in this folder and those below it."),
        "glob": described(glob(), GLOB),
        "case_sensitive": {"type": "boolean", "description": "Tell upper from lower case; false where left out."},
        "limit": {
            "type": "integer", "minimum": 1, "maximum": LINES_MAX,
            "description": format!("The most lines to give; {LINES_DEFAULT} where left out."),
        },
    });
    let description =
        "Looks for a text in the contents of files and gives the lines that have it, with path and line number.";
    let output = json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "path": {"type": "string"}, "line": {"type": "integer"}, "text": {"type": "string"},
            },
            "required": ["path", "line", "text"],
        },
    });
    Action { output: Some(output), ..action("search", description.into(), input(properties, &["text"]), Effect::Read) }
}
