use connector::{Action, Collection, Ownership};
use serde_json::{Map, Value, json};

use super::words;

/// A collection or action in a line, for the list of what there is.
pub(crate) fn summary(name: &str, description: Option<&str>, operations: &[&str]) -> Value {
    let mut line = Map::new();
    line.insert("resource_type".into(), name.into());
    line.insert("operations".into(), operations.into());
    let words = words::own(description);
    if !words.is_empty() {
        line.insert("description".into(), words.into());
    }
    line.into()
}

/// Everything about one collection.
pub(crate) fn describe_collection(
    name: &str,
    collection: &Collection,
    operations: &[connector::OperationKind],
) -> Value {
    let fields: Vec<_> = collection.fields.iter().map(field).collect();
    let mut all = json!({
        "resource_type": name,
        "description": words::own(collection.description.as_deref()),
        "key": collection.key,
        "operations": operations,
        "items": match collection.ownership {
            Ownership::Owned { .. } => "the signed-in user's own",
            Ownership::Shared { writable: false } => "everyone's, read-only",
            Ownership::Shared { writable: true } => "everyone's",
        },
        "fields": fields,
    });
    let options: Map<String, Value> = operations
        .iter()
        .filter_map(|kind| {
            let arguments = collection.parameters.get(kind)?;
            let by_name: Map<_, _> = arguments
                .iter()
                .map(|p| (p.name.clone(), json!({"description": words::own(Some(&p.description)), "schema": p.schema})))
                .collect();
            Some((kind.as_str().to_owned(), by_name.into()))
        })
        .collect();
    if let Some(object) = all.as_object_mut() {
        if !options.is_empty() {
            object.insert("options".into(), options.into());
        }
        let abilities = &collection.abilities;
        let bulk: Vec<_> = operations.iter().filter(|kind| abilities.bulk.contains(kind)).collect();
        if abilities.batches() {
            object.insert("items_at_once_max".into(), abilities.batch_max.into());
        }
        if !bulk.is_empty() {
            object.insert("by_filters".into(), json!(bulk));
            object.insert("by_filters_max".into(), abilities.bulk_max.into());
        }
    }
    all
}

fn field(field: &connector::Field) -> Value {
    let mut line = Map::new();
    line.insert("name".into(), field.name.clone().into());
    line.insert("schema".into(), field.schema_with_null());
    let words = words::own(field.description.as_deref());
    if !words.is_empty() {
        line.insert("description".into(), words.into());
    }
    let not: Vec<&str> = [
        (field.filterable, "filters"),
        (field.sortable, "sort"),
        (field.creatable, "create"),
        (field.updatable, "update"),
    ]
    .iter()
    .filter(|(can, _)| !can)
    .map(|(_, what)| *what)
    .collect();
    if !not.is_empty() {
        line.insert("not_in".into(), not.into());
    }
    if field.required {
        line.insert("required".into(), true.into());
    }
    if let Some(reference) = &field.references {
        line.insert("references".into(), format!("{}.{}", reference.collection, reference.field).into());
    }
    line.into()
}

/// Everything about one action.
pub(crate) fn describe_action(name: &str, action: &Action) -> Value {
    json!({
        "action": name,
        "description": words::own(action.description.as_deref()),
        "effect": action.effect,
        "input": action.input,
    })
}
