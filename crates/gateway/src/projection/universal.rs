use std::collections::BTreeSet;
use std::sync::Arc;

use connector::{Abilities, OperationKind};
use serde_json::{Map, Value, json};

use super::{Entry, Known, Route, Universal, effect_of, schema, typed};
use crate::{Options, Tool};

/// The handful of tools whose size does not depend on how much there is.
pub(super) fn entries(resources: &[Known], options: &Options) -> Vec<Arc<Entry>> {
    let kinds: BTreeSet<OperationKind> = resources
        .iter()
        .flat_map(|known| &known.catalog.collections)
        .flat_map(|c| c.operations.iter().copied())
        .collect();
    let actions = resources.iter().any(|known| known.actions().next().is_some());
    let mut all = vec![Universal::Describe];
    all.extend(kinds.into_iter().map(Universal::Operation));
    all.extend(actions.then_some(Universal::Invoke));
    all.into_iter().filter_map(|universal| entry(universal, resources, options)).collect()
}

fn entry(universal: Universal, resources: &[Known], options: &Options) -> Option<Arc<Entry>> {
    let (name, description, schema) = match universal {
        Universal::Describe => describe(),
        Universal::Operation(kind) => operation(kind, resources, options),
        Universal::Invoke => invoke(),
    };
    let data = match universal {
        Universal::Operation(OperationKind::List | OperationKind::Aggregate) => {
            json!({"type": "array", "items": {"type": "object"}})
        }
        Universal::Describe | Universal::Operation(_) | Universal::Invoke => json!({}),
    };
    let validator = typed::validator(&schema).ok()?;
    let tool = Tool {
        name: name.to_owned(),
        title: name.to_owned(),
        description: description.to_owned(),
        input_schema: Arc::new(schema),
        output_schema: Arc::new(self::schema::answer(data)),
        effect: effect_of(universal),
        idempotent: !matches!(universal, Universal::Operation(OperationKind::Create) | Universal::Invoke),
        native: None,
    };
    Some(Arc::new(Entry { tool, route: Route::Universal(universal), validator }))
}

fn describe() -> (&'static str, &'static str, Map<String, Value>) {
    let properties = json!({
        "resource_type": {"type": "string", "description": "A collection or action to describe in full."},
        "search": {"type": "string", "description": "Words to look for in names and descriptions."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
        "offset": {"type": "integer", "minimum": 0}
    });
    (
        "describe",
        "What there is to work with. Call it first. Without arguments it names the collections and actions; with \
         `resource_type` it gives one's fields, key and operations, or an action's input; with `search` it finds them.",
        schema::object(properties.as_object().cloned().unwrap_or_default(), Vec::new()),
    )
}

fn operation(
    kind: OperationKind,
    resources: &[Known],
    options: &Options,
) -> (&'static str, &'static str, Map<String, Value>) {
    let description = match kind {
        OperationKind::List => {
            "List items of a collection, with the total in `count`. Example: {\"resource_type\":\"orders\",\
             \"filters\":{\"status\":\"open\"},\"sort\":[\"-created_at\"],\"limit\":20}."
        }
        OperationKind::Get => "Get one item of a collection by its identifier.",
        OperationKind::Create => "Create an item. It will belong to the signed-in user.",
        OperationKind::Update => "Change some fields of one item.",
        OperationKind::Delete => "Delete one item. This cannot be undone.",
        OperationKind::Aggregate => "Count, sum, average, smallest and largest over the items of a collection.",
    };
    // The arguments that all collections share: those of a collection without fields.
    let any = connector::Collection {
        name: String::new(),
        description: None,
        fields: Vec::new(),
        key: vec!["id".into()],
        operations: BTreeSet::new(),
        identity: Vec::new(),
        ownership: connector::Ownership::Shared { writable: false },
        parameters: Default::default(),
        page_default: None,
        abilities: abilities(resources),
    };
    let mut schema = schema::arguments(&any, kind, options);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        if properties.contains_key("identifier") {
            let words = "The item's key: a string or number, or an object where the key is several fields.";
            properties.insert("identifier".into(), json!({"description": words}));
        }
        if properties.contains_key("data") {
            let several = kind == OperationKind::Create && any.abilities.batches();
            properties.insert(
                "data".into(),
                match several {
                    true => json!({"type": ["object", "array"], "description": "Values by field; or a list of these, all or none."}),
                    false => json!({"type": "object", "description": "Values by field."}),
                },
            );
        }
        for (name, schema) in super::common::of(resources, kind) {
            properties.insert(name.into(), schema);
        }
        let words = "Which collection; `describe` names them.";
        properties.insert("resource_type".into(), json!({"type": "string", "description": words}));
        let words = "Further arguments of this collection that `describe` names.";
        properties.insert("options".into(), json!({"type": "object", "description": words}));
    }
    match schema.get_mut("required") {
        Some(Value::Array(required)) => required.insert(0, "resource_type".into()),
        _ => {
            schema.insert("required".into(), json!(["resource_type"]));
        }
    }
    (kind.as_str(), description, schema)
}

/// What at least one collection can.
fn abilities(resources: &[Known]) -> Abilities {
    let all = resources.iter().flat_map(|known| &known.catalog.collections).map(|collection| &collection.abilities);
    all.fold(Abilities::default(), |so_far, one| Abilities {
        batch_max: so_far.batch_max.max(one.batch_max),
        bulk: so_far.bulk.union(&one.bulk).copied().collect(),
        bulk_max: so_far.bulk_max.max(one.bulk_max),
        figures: so_far.figures || one.figures,
    })
}

fn invoke() -> (&'static str, &'static str, Map<String, Value>) {
    let properties = json!({
        "action": {"type": "string", "description": "Which action; `describe` names them."},
        "input": {"type": "object", "description": "The action's input; `describe` gives its schema."}
    });
    (
        "invoke",
        "Carry out an action.",
        schema::object(properties.as_object().cloned().unwrap_or_default(), vec!["action"]),
    )
}
