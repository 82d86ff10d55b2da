use connector::Field;
use serde_json::{Value, json};

use super::parameters::path;

/// The fields of a file or folder, in the order in which they are shown.
pub(super) fn fields() -> Vec<Field> {
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
        null(read(
            "modified",
            json!({"type": "string", "format": "date-time"}),
            "When it was last changed, in UTC; null where a folder has no time.",
        )),
        null(read(
            "media_type",
            json!({"type": "string"}),
            "Such as text/markdown. In a list by the name, and null where that does not tell; in get by the content.",
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
            ..null(only_get(read(
                "content",
                json!({"type": "string"}),
                "What is in the file: text, or base64 where `encoding` says so.",
            )))
        },
        Field {
            creatable: true,
            updatable: true,
            ..null(only_get(read(
                "encoding",
                json!({"type": "string", "maxLength": 40}),
                "How the file holds `content`: text (UTF-8); another encoding such as utf-16le, windows-1252 or \
                 shift_jis, which `content` is translated from and to; or base64, for bytes that are not text.",
            )))
        },
        null(only_get(read("offset", json!({"type": "integer"}), "Of which byte of the file `content` is the first."))),
        null(only_get(read("length", json!({"type": "integer"}), "How many bytes of the file `content` stands for."))),
    ]
}
