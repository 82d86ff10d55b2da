//! What the resource says of itself. The same for every engine.

use std::collections::{BTreeMap, BTreeSet};

use connector::{Action, Catalog, Collection, Effect, Field, OperationKind, Ownership, Parameter};
use serde_json::{Value, json};

use crate::config::Config;
use crate::get::SETTINGS;

/// Arguments that say for whom. Settings have no such field; an argument that has one must mean the caller.
const IDENTITY: [&str; 4] = ["user_id", "userId", "owner_id", "ownerId"];
/// How many of the known keys the collection's description names.
const NAMED_MAX: usize = 30;
/// The longest description of a known key there, in characters.
const WORDS_MAX: usize = 120;

const IF_VERSION: &str =
    "Only if the setting's `revision` is still this one; otherwise nothing happens and the answer is conflict.";

pub(crate) fn catalog(config: &Config) -> Catalog {
    let operations: BTreeSet<_> = match config.shared {
        true => BTreeSet::from([OperationKind::List, OperationKind::Get, OperationKind::Aggregate]),
        false => OperationKind::ALL.into_iter().collect(),
    };
    let actions = if config.shared { Vec::new() } else { vec![history(config)] };
    Catalog {
        description: Some(match config.shared {
            true => "Settings that are the same for everybody.".into(),
            false => "The user's own settings, by key.".into(),
        }),
        collections: vec![Collection {
            name: SETTINGS.into(),
            description: Some(description(config)),
            fields: fields(config),
            key: vec!["key".into()],
            operations,
            identity: if config.shared { Vec::new() } else { IDENTITY.map(str::to_owned).to_vec() },
            ownership: ownership(config),
            parameters: parameters(config),
            page_default: None,
            abilities: Default::default(),
        }],
        actions,
        ..Catalog::default()
    }
}

fn ownership(config: &Config) -> Ownership {
    match config.shared {
        true => Ownership::Shared { writable: false },
        false => Ownership::Owned { by: "the part of each key that is made of the user's id".into() },
    }
}

fn description(config: &Config) -> String {
    let mut text = match config.shared {
        true => "Settings by key; values are JSON or text. They can only be read.".to_owned(),
        false => "Settings of the user by key; values are JSON or text. Where `source` is default, the user has set \
                  nothing: an update makes a value of their own, and deleting that brings the default back."
            .to_owned(),
    };
    let named = config.keys.iter().filter_map(|(key, known)| {
        let words: String = known.description.as_deref()?.chars().take(WORDS_MAX).collect();
        Some(format!("{key} ({words})"))
    });
    let named: Vec<_> = named.take(NAMED_MAX).collect();
    if !named.is_empty() {
        text.push_str(&format!(" Among the keys: {}.", named.join("; ")));
    }
    text
}

fn fields(config: &Config) -> Vec<Field> {
    let read = |name: &str, schema: Value, description: &str| Field {
        description: Some(description.into()),
        creatable: false,
        updatable: false,
        ..Field::new(name, schema)
    };
    let still = |field: Field| Field { filterable: false, sortable: false, ..field };
    let null = |field: Field| Field { nullable: true, ..field };
    let time = || json!({"type": "string", "format": "date-time"});
    let key = json!({"type": "string", "minLength": 1, "maxLength": config.key_bytes_max});
    let ttl = json!({"type": "integer", "minimum": 1, "maximum": config.ttl_s_max});
    let writable = !config.shared;
    vec![
        Field { required: true, creatable: writable, ..read("key", key, "Its name, such as editor.theme.") },
        still(Field {
            required: true,
            creatable: writable,
            updatable: writable,
            ..null(read("value", json!({}), "What it is set to: any JSON value. A text stays a text."))
        }),
        read(
            "source",
            json!({"type": "string", "enum": ["own", "default"]}),
            "own: set by the user; default: what everybody has who set nothing.",
        ),
        still(read("revision", json!({"type": "string"}), "Changes with every write; see `if_version`.")),
        still(Field {
            creatable: writable,
            updatable: writable,
            ..null(read("ttl_s", ttl, "After how many seconds it is gone; null for never."))
        }),
        null(read("expires_at", time(), "When it will be gone, in UTC; null for never.")),
        null(read("created_at", time(), "When the user first set it, in UTC; null for a default.")),
        null(read("updated_at", time(), "When the user last set it, in UTC; null for a default.")),
    ]
}

fn parameters(config: &Config) -> BTreeMap<OperationKind, Vec<Parameter>> {
    if config.shared {
        return BTreeMap::new();
    }
    let if_version = || Parameter {
        name: "if_version".into(),
        description: IF_VERSION.into(),
        schema: json!({"type": ["string", "integer"]}),
        required: config.require_revision,
    };
    [OperationKind::Update, OperationKind::Delete].map(|kind| (kind, vec![if_version()])).into()
}

fn history(config: &Config) -> Action {
    let input = json!({
        "type": "object",
        "properties": {
            "key": {"type": "string", "minLength": 1, "maxLength": config.key_bytes_max, "description": "Which setting."},
            "limit": {"type": "integer", "minimum": 1, "description": "At most so many."},
        },
        "required": ["key"],
        "additionalProperties": false,
    });
    Action {
        name: "history".into(),
        description: Some(format!(
            "What a setting of the user's own was before, the latest first: its last {} revisions.",
            config.history
        )),
        input: input.into(),
        output: None,
        effect: Effect::Read,
        idempotent: true,
        identity: IDENTITY.map(str::to_owned).to_vec(),
        own: BTreeMap::new(),
        shown: None,
        ownership: ownership(config),
    }
}
