use std::collections::{BTreeMap, BTreeSet};

use access::Effect;
use connector::{Action, Catalog, Collection, Field, OperationKind, Ownership, Parameter};
use serde_json::{Map, Value, json};

use crate::actions::search::{LINES_DEFAULT, LINES_MAX, TEXT_BYTES_MAX};
use crate::config::Config;
use crate::error::FILES;
use crate::glob::PATTERN_BYTES_MAX;
use crate::path::PATH_BYTES_MAX;

/// Arguments that say for whom. Files have no such field; an argument that has one must mean the caller.
const IDENTITY: [&str; 4] = ["user_id", "userId", "owner_id", "ownerId"];

/// The same for every root; only limits differ.
pub(crate) fn catalog(config: &Config) -> Catalog {
    Catalog {
        description: Some("The user's own folder of files.".into()),
        collections: vec![Collection {
            name: FILES.into(),
            description: Some(
                "Files and folders of the user. Paths start at the top of the user's own folder and separate names \
                 with `/`, such as notes/today.md."
                    .into(),
            ),
            fields: fields(),
            key: vec!["path".into()],
            operations: OperationKind::ALL.into_iter().collect::<BTreeSet<_>>(),
            identity: IDENTITY.map(str::to_owned).to_vec(),
            ownership: ownership(),
            parameters: parameters(config),
            page_default: None,
        }],
        actions: vec![move_(), copy(config), search()],
        hidden: Vec::new(),
    }
}

fn ownership() -> Ownership {
    Ownership::Owned { by: "the folder named after the user's id".into() }
}

fn fields() -> Vec<Field> {
    let read = |name: &str, schema: Value, description: &str| Field {
        description: Some(description.into()),
        creatable: false,
        updatable: false,
        ..Field::new(name, schema)
    };
    let only_get = |field: Field| Field { listed: false, filterable: false, sortable: false, ..field };
    let null = |field: Field| Field { nullable: true, ..field };
    vec![
        Field { required: true, creatable: true, ..read("path", path(), "Where it is, such as notes/today.md.") },
        read("name", json!({"type": "string"}), "The last name of its path."),
        read("folder", json!({"type": "string"}), "The path of the folder it is in; empty at the top."),
        Field {
            creatable: true,
            ..read("kind", json!({"type": "string", "enum": ["file", "folder"]}), "A file unless it says folder.")
        },
        null(read("size", json!({"type": "integer", "minimum": 0}), "In bytes; null for a folder.")),
        read("modified", json!({"type": "string", "format": "date-time"}), "When it was last changed, in UTC."),
        null(read(
            "media_type",
            json!({"type": "string"}),
            "Such as text/markdown, by the name; null for a folder and where the name does not tell.",
        )),
        Field {
            filterable: false,
            sortable: false,
            ..null(read(
                "version",
                json!({"type": "string"}),
                "Changes whenever the file is written; see `if_version`.",
            ))
        },
        Field {
            creatable: true,
            updatable: true,
            ..null(only_get(read("content", json!({"type": "string"}), "What is in the file, as `encoding` says.")))
        },
        Field {
            creatable: true,
            updatable: true,
            ..null(only_get(read(
                "encoding",
                json!({"type": "string", "enum": ["text", "base64"]}),
                "How `content` is written: text (UTF-8), or base64 for bytes that are not text.",
            )))
        },
        null(only_get(read("offset", json!({"type": "integer"}), "Of which byte of the file `content` is the first."))),
        null(only_get(read("length", json!({"type": "integer"}), "How many bytes of the file `content` stands for."))),
    ]
}

fn parameters(config: &Config) -> BTreeMap<OperationKind, Vec<Parameter>> {
    let parameter = |name: &str, schema: Value, description: String| Parameter {
        name: name.into(),
        description,
        schema,
        required: false,
    };
    let flag = |name: &str, description: &str| parameter(name, json!({"type": "boolean"}), description.into());
    let if_version = || {
        parameter(
            "if_version",
            json!({"type": "string"}),
            "Only if the file's `version` is still this one; otherwise nothing happens and the answer is conflict."
                .into(),
        )
    };
    let max = config.read_bytes_max;
    BTreeMap::from([
        (
            OperationKind::List,
            vec![
                parameter(
                    "folder",
                    folder_schema(),
                    "Only what is in this folder; the top where it is left out.".into(),
                ),
                flag("recursive", "Also what is in folders below; true where it is left out."),
                parameter("glob", glob(), GLOB.into()),
                flag(
                    "folders",
                    "Show folders too, besides files. Left out, they are shown only when `recursive` is false.",
                ),
            ],
        ),
        (
            OperationKind::Get,
            vec![
                parameter(
                    "offset",
                    json!({"type": "integer", "minimum": 0}),
                    "The first byte to read; 0 where left out.".into(),
                ),
                parameter(
                    "length",
                    json!({"type": "integer", "minimum": 1}),
                    format!("How many bytes to read, at most {max}. For a large file, get it piece by piece."),
                ),
            ],
        ),
        (OperationKind::Update, vec![if_version()]),
        (
            OperationKind::Delete,
            vec![
                flag("recursive", "Delete a folder with everything in it; otherwise only an empty one."),
                if_version(),
            ],
        ),
    ])
}

const GLOB: &str = "Only paths that match. `*.md` matches names in any folder; a pattern with `/` matches paths below \
                    `folder`, where `**` stands for any folders, as in `reports/**/*.csv`.";

fn path() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": PATH_BYTES_MAX})
}

fn folder_schema() -> Value {
    json!({"type": "string", "maxLength": PATH_BYTES_MAX})
}

fn glob() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": PATTERN_BYTES_MAX})
}

fn described(mut schema: Value, description: &str) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".into(), description.into());
    }
    schema
}

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

fn move_() -> Action {
    let description = "Moves or renames a file or a folder.".into();
    action("move", description, input(from_to(), &["from", "to"]), Effect::Write)
}

fn copy(config: &Config) -> Action {
    let description = format!("Copies a file of at most {} bytes.", config.copy_bytes_max);
    action("copy", description, input(from_to(), &["from", "to"]), Effect::Write)
}

fn search() -> Action {
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
