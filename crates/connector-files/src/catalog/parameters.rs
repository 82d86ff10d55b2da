use std::collections::BTreeMap;

use connector::{OperationKind, Parameter};
use serde_json::{Value, json};

use crate::config::Config;
use crate::glob::PATTERN_BYTES_MAX;
use crate::path::PATH_BYTES_MAX;

/// Further arguments of each operation.
pub(super) fn parameters(config: &Config) -> BTreeMap<OperationKind, Vec<Parameter>> {
    let parameter = |name: &str, schema: Value, description: String| Parameter {
        name: name.into(),
        description,
        schema,
        required: false,
    };
    let flag = |name: &str, description: &str| parameter(name, json!({"type": "boolean"}), description.into());
    let if_version = || parameter("if_version", json!({"type": "string"}), IF_VERSION.into());
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
        (OperationKind::Update, vec![if_version(), flag("create_missing", CREATE_MISSING)]),
        (
            OperationKind::Delete,
            vec![
                flag("recursive", "Delete a folder with everything in it; otherwise only an empty one."),
                if_version(),
            ],
        ),
    ])
}

pub(super) const IF_VERSION: &str =
    "Only if the file's `version` is still this one; otherwise nothing happens and the answer is conflict.";

pub(super) const CREATE_MISSING: &str =
    "Make the file where there is none, with the folders on its way; otherwise that is not_found.";

pub(super) const GLOB: &str = "Only paths that match. `*.md` matches names in any folder; a pattern with `/` matches paths below \
                    `folder`, where `**` stands for any folders, as in `reports/**/*.csv`.";

pub(super) fn path() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": PATH_BYTES_MAX})
}

pub(super) fn folder_schema() -> Value {
    json!({"type": "string", "maxLength": PATH_BYTES_MAX})
}

pub(super) fn glob() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": PATTERN_BYTES_MAX})
}

pub(super) fn described(mut schema: Value, description: &str) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".into(), description.into());
    }
    schema
}
