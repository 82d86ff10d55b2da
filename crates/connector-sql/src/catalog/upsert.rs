//! By which keys a row that is there already can be found.

use connector::{Collection, Parameter};
use serde_json::json;

use crate::ownership::Owned;
use crate::schema::Table;

/// A key that a caller can give whole, but for the owner, who is always the caller.
pub(crate) struct UpsertKey {
    /// Its columns without the owner's.
    pub(crate) chosen: Vec<usize>,
}

/// The primary key first, then the unique constraints.
pub(crate) fn upsert_keys(collection: &Collection, table: &Table, owned: &Owned) -> Vec<UpsertKey> {
    let of_owner = |at: &usize| owned.bond(*at).is_some_and(|bond| !bond.field);
    let creatable = |at: &usize| collection.field(&table.columns[*at].name).is_some_and(|field| field.creatable);
    let chosen = |columns: &Vec<usize>| -> Option<Vec<usize>> {
        let chosen: Vec<usize> = columns.iter().copied().filter(|at| !of_owner(at)).collect();
        (!columns.is_empty() && chosen.iter().all(creatable)).then_some(chosen)
    };
    let mut others: Vec<Vec<usize>> = table.unique.iter().filter_map(|unique| chosen(&unique.columns)).collect();
    // Not in the order in which an engine happens to list them.
    others.sort_by_key(|columns| table.names(columns).join(" "));
    let mut keys: Vec<UpsertKey> = Vec::new();
    for chosen in chosen(&table.key).into_iter().chain(others) {
        if keys.iter().all(|key| key.chosen != chosen) {
            keys.push(UpsertKey { chosen });
        }
    }
    keys
}

/// The `on_conflict` argument of `create`.
pub(super) fn parameter(collection: &Collection, table: &Table, owned: &Owned) -> Option<Parameter> {
    let keys = upsert_keys(collection, table, owned);
    let named = |key: &UpsertKey| match table.names(&key.chosen) {
        names if names.is_empty() => "owner".to_owned(),
        names => names.join(" and "),
    };
    let names: Vec<String> = keys.iter().map(named).collect();
    (!keys.is_empty()).then(|| Parameter {
        name: "on_conflict".into(),
        description: format!("\"update\": change your item with the same {} instead of failing.", names.join(", or ")),
        schema: json!({"enum": ["update"]}),
        required: false,
    })
}
