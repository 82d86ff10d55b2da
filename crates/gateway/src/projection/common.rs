//! Parameters that mean the same wherever a collection has them. The universal tools show them beside the arguments of
//! all collections; others go into `options`.

use connector::OperationKind;
use serde_json::{Value, json};

use super::Known;

/// Name, and what the universal tools say of it.
const COMMON: [(&str, &str); 4] = [
    ("expand", "Related items to bring along, dotted for deeper ones; `describe` names them under options."),
    ("search", "Words to look for in the texts of items."),
    ("if_version", "Only if the item is still of this version, which `get` gives."),
    ("on_conflict", "\"update\": change the item that is there already instead of failing."),
];

/// Those that some collection has for this operation, with their schemas.
pub(super) fn of(resources: &[Known], kind: OperationKind) -> Vec<(&'static str, Value)> {
    let has = |name: &str| {
        let collections = resources.iter().flat_map(|known| &known.catalog.collections);
        collections.filter_map(|it| it.parameters.get(&kind)).flatten().any(|parameter| parameter.name == name)
    };
    let schema = |name: &str, words: &str| match name {
        "expand" => json!({"type": "array", "items": {"type": "string"}, "description": words}),
        _ => json!({"type": "string", "description": words}),
    };
    COMMON.into_iter().filter(|(name, _)| has(name)).map(|(name, words)| (name, schema(name, words))).collect()
}
