use std::collections::BTreeSet;

use connector::{Collection, OperationKind, Ownership};

use super::call::Suite;
use super::{Check, claim};

/// The catalog is sound in itself, and the connector does not print what it must not.
pub(super) fn check(suite: &Suite) -> Check {
    let catalog = &suite.catalog;
    claim(!(catalog.collections.is_empty() && catalog.actions.is_empty()), || "a catalog offers something".into())?;
    let names = catalog.collections.iter().map(|it| &it.name).chain(catalog.actions.iter().map(|it| &it.name));
    let distinct: BTreeSet<_> = names.clone().collect();
    claim(distinct.len() == names.count(), || "each name in a catalog stands once".into())?;
    for collection in &catalog.collections {
        check_collection(suite, collection)?;
    }
    let shown = format!("{:?}", suite.subject.connector);
    for secret in &suite.subject.secrets {
        claim(!shown.contains(secret.as_str()), || format!("Debug shows no secret, yet it shows {secret:?}: {shown}"))?;
    }
    Ok(())
}

fn check_collection(suite: &Suite, collection: &Collection) -> Check {
    let name = &collection.name;
    let fields: BTreeSet<_> = collection.fields.iter().map(|field| &field.name).collect();
    claim(fields.len() == collection.fields.len(), || format!("each field of {name} stands once"))?;
    for identity in &collection.identity {
        claim(!fields.contains(identity), || {
            format!("{name} does not offer {identity}, which holds the owner, as a field")
        })?;
    }
    for key in &collection.key {
        claim(fields.contains(key), || format!("the key {key} of {name} is one of its fields"))?;
    }
    for field in &collection.fields {
        claim(field.schema.is_object(), || format!("{name}.{} has a schema", field.name))?;
        if let Some(reference) = &field.references {
            claim(suite.catalog.collection(&reference.collection).is_some(), || {
                format!("{name}.{} points at a collection of the catalog, not at {}", field.name, reference.collection)
            })?;
        }
    }
    let needs_key = [OperationKind::Get, OperationKind::Update, OperationKind::Delete];
    let names_items = needs_key.iter().any(|kind| collection.operations.contains(kind));
    claim(!names_items || !collection.key.is_empty(), || format!("{name} has a key, for its operations name items"))?;
    let writes = [OperationKind::Create, OperationKind::Update, OperationKind::Delete];
    let is_written = writes.iter().any(|kind| collection.operations.contains(kind));
    claim(!is_written || collection.ownership != Ownership::Shared { writable: false }, || {
        format!("{name} is everybody's to read and offers no operation that writes")
    })
}
