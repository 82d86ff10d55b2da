use std::collections::BTreeMap;

use connector::{Action, Catalog, Collection, Effect, Field, OperationKind, Ownership, Reference};
use serde_json::json;

use super::Hole;

pub(super) fn catalog(hole: Option<Hole>) -> Catalog {
    use OperationKind::{Aggregate, Create, Get, List};
    let owned = || Ownership::Owned { by: "row owner".into() };
    let text = |name| Field { required: true, ..Field::new(name, json!({"type": "string"})) };
    let folder = Field {
        required: true,
        references: Some(Reference { collection: "folders".into(), field: "id".into() }),
        ..Field::new("folder", json!({"type": "integer"}))
    };
    let size = Field::new("size", json!({"type": "integer"}));
    let done = Field { creatable: false, updatable: false, ..Field::new("done", json!({"type": "boolean"})) };
    let mut catalog = Catalog {
        description: None,
        collections: vec![
            collection("folders", vec![id(), text("name")], &[List, Get, Create], owned()),
            collection("notes", vec![id(), text("title"), folder, size, done], &OperationKind::ALL, owned()),
            collection(
                "stamps",
                vec![id(), text("motif")],
                &[List, Get, Aggregate],
                Ownership::Shared { writable: false },
            ),
        ],
        actions: vec![Action {
            name: "archive".into(),
            description: None,
            input: json!({"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}).into(),
            output: None,
            effect: Effect::Write,
            idempotent: true,
            identity: vec!["owner".into()],
            own: std::collections::BTreeMap::new(),
            shown: None,
            ownership: owned(),
        }],
        hidden: Vec::new(),
        ..Catalog::default()
    };
    if hole == Some(Hole::OffersWhatNobodyCanTry) {
        catalog.collections.push(collection("ghosts", vec![id()], &[Get], owned()));
    }
    catalog
}

fn id() -> Field {
    Field { creatable: false, updatable: false, ..Field::new("id", json!({"type": "integer"})) }
}

fn collection(name: &str, fields: Vec<Field>, operations: &[OperationKind], ownership: Ownership) -> Collection {
    Collection {
        name: name.into(),
        description: None,
        fields,
        key: vec!["id".into()],
        operations: operations.iter().copied().collect(),
        identity: match ownership {
            Ownership::Owned { .. } => vec!["owner".into()],
            Ownership::Shared { .. } => vec![],
        },
        ownership,
        parameters: BTreeMap::new(),
        page_default: None,
        abilities: Default::default(),
    }
}
