use access::Effect;
use connector::Action;
use serde_json::{Map, Value, json};

use super::parameters::{CREATE_MISSING, GLOB, IF_VERSION, described, folder_schema, glob, path};
use super::{IDENTITY, ownership};
use crate::actions::needle::TEXT_BYTES_MAX;
use crate::actions::search::{LINES_DEFAULT, LINES_MAX};
use crate::config::Config;

const APPENDED_ENCODING: &str =
    "base64 for bytes; otherwise text, written in the file's own encoding where this is left out.";

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
        input: input.into(),
        output: None,
        effect,
        idempotent: effect == Effect::Read,
        identity: IDENTITY.map(str::to_owned).to_vec(),
        own: std::collections::BTreeMap::new(),
        shown: None,
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

pub(super) fn append(config: &Config) -> Action {
    let properties = json!({
        "path": described(path(), "The file."),
        "content": {"type": "string", "description": "What to add. Nothing is put in between: begin a new line yourself."},
        "encoding": {"type": "string", "maxLength": 40, "description": APPENDED_ENCODING},
        "create_missing": {"type": "boolean", "description": CREATE_MISSING},
        "if_version": {"type": "string", "description": IF_VERSION},
    });
    let description = format!("Adds to the end of a file, which may become {} bytes large.", config.append_bytes_max);
    action("append", description, input(properties, &["path", "content"]), Effect::Write)
}

pub(super) fn usage() -> Action {
    let description = "Says how many bytes, files and folders the user has, and how many are allowed (null: no bound; \
                       `files_max` counts files and folders together).";
    let count = || json!({"type": "integer"});
    let bound = || json!({"type": ["integer", "null"]});
    let output = json!({
        "type": "object",
        "properties": {
            "bytes": count(), "bytes_max": bound(), "files": count(), "folders": count(), "files_max": bound(),
        },
        "required": ["bytes", "bytes_max", "files", "folders", "files_max"],
    });
    let none = input(json!({}), &[]);
    Action { output: Some(output.into()), ..action("usage", description.into(), none, Effect::Read) }
}

pub(super) fn copy(config: &Config) -> Action {
    let (bytes, files) = (config.copy_bytes_max, config.copy_files_max);
    let description = format!("Copies a file, or a folder with at most {files} files, of at most {bytes} bytes.");
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
        "go_on": {"type": "string", "description": "Where to go on, from the notice of a search that stopped early."},
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
    Action {
        output: Some(output.into()),
        ..action("search", description.into(), input(properties, &["text"]), Effect::Read)
    }
}
