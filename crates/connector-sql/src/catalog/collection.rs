use std::collections::{BTreeMap, BTreeSet};

use connector::{Abilities, Collection, Field, Hidden, OperationKind, Ownership};

use super::version::{self, Version};
use super::{View, field, hidden, search, upsert};
use crate::TableConfig;
use crate::config::Bulk;
use crate::ownership::Tie;
use crate::schema::{Assigned, Engine, ForeignKey, Form, OnDelete, Search, Table};

/// How many items one change by filter may touch, where the configuration does not say.
const BULK_MAX: u32 = 1000;

pub(super) struct Offered {
    pub(super) collection: Collection,
    pub(super) fields: Vec<usize>,
    pub(super) key: Vec<usize>,
    pub(super) version: Option<Version>,
    pub(super) search: Option<Search>,
    pub(super) hidden: Vec<Hidden>,
}

/// How a table is offered, or why it is not.
pub(super) fn offer(view: &View<'_>, at: usize) -> Result<Offered, Hidden> {
    if let Some(hidden) = hidden::table(view, at) {
        return Err(hidden);
    }
    let table = &view.schema.tables[at];
    let none = TableConfig::default();
    let settings = view.config.tables.get(&table.label).unwrap_or(&none);
    let (columns, fields): (Vec<usize>, Vec<Field>) =
        (0..table.columns.len()).filter_map(|column| Some((column, field::field(view, at, column, settings)?))).unzip();
    if fields.is_empty() {
        return Err(Hidden {
            name: table.label.clone(),
            reason: "none of its columns may be shown".into(),
            open_with: format!("tables.{}.not_credentials = [\"…\"]  # in [resources.{}]", table.label, view.resource),
        });
    }
    let owned = &view.owners.tables[at];
    let key: Vec<usize> = match table.key.as_slice() {
        [only] => vec![*only],
        several => several.iter().copied().filter(|column| owned.bond(*column).is_none_or(|bond| bond.field)).collect(),
    };
    let key = if key.iter().all(|column| columns.contains(column)) { key } else { Vec::new() };
    let mut collection = Collection {
        name: table.label.clone(),
        description: settings.description.clone().or_else(|| table.comment.clone()),
        key: table.names(&key).into_iter().map(str::to_owned).collect(),
        operations: BTreeSet::new(),
        identity: owned
            .bonds
            .iter()
            .filter(|bond| !columns.contains(&bond.column))
            .map(|bond| table.columns[bond.column].name.clone())
            .collect(),
        ownership: match owned.tie {
            Tie::Shared { writable } if owned.bonds.is_empty() => Ownership::Shared { writable },
            _ => Ownership::Owned { by: view.owners.by(view.schema, at) },
        },
        parameters: BTreeMap::new(),
        page_default: settings.page_default,
        abilities: Abilities::default(),
        fields,
    };
    collection.operations = operations(view, at, &collection, settings);
    for (kind, flag) in [
        (OperationKind::Create, (|field| &mut field.creatable) as fn(&mut Field) -> &mut bool),
        (OperationKind::Update, |field| &mut field.updatable),
    ] {
        if !collection.operations.contains(&kind) {
            collection.fields.iter_mut().for_each(|field| *flag(field) = false);
        }
    }
    if !collection.operations.contains(&OperationKind::Create) {
        collection.fields.iter_mut().for_each(|field| field.required = false);
    }
    let unwritten = hidden::unwritten(view, table);
    let hidden = table
        .foreign
        .iter()
        .filter(|key| view.leads_astray(key) && key.columns.iter().all(|column| columns.contains(column)))
        .filter(|key| key.columns.iter().any(|column| owned.bond(*column).is_none()))
        .map(|key| hidden::reference(view, table, &key.columns, key.table))
        .chain(unwritten)
        .collect();
    abilities(view, &mut collection, settings);
    let search = search::means(view.schema, at, &collection, &columns);
    if search.is_some() && collection.operations.contains(&OperationKind::List) {
        collection.parameters.entry(OperationKind::List).or_default().push(search::parameter());
    }
    let version = version::add(table, &mut collection, settings);
    parameters(view, at, &mut collection, version.is_some());
    Ok(Offered { collection, fields: columns, key, version, search, hidden })
}

/// What can be done to several items at once.
fn abilities(view: &View<'_>, collection: &mut Collection, settings: &TableConfig) {
    use OperationKind::{Create, Delete, Update};
    let offers = |kind: OperationKind| collection.operations.contains(&kind);
    let bulk = settings.bulk.iter().map(|bulk| match bulk {
        Bulk::Update => Update,
        Bulk::Delete => Delete,
    });
    collection.abilities = Abilities {
        batch_max: if [Create, Update, Delete].into_iter().any(offers) { view.config.batch_max } else { 0 },
        bulk: bulk.filter(|kind| offers(*kind)).collect(),
        bulk_max: settings.bulk_max.unwrap_or(BULK_MAX),
        figures: true,
    };
}

/// Further arguments of what can be written.
fn parameters(view: &View<'_>, at: usize, collection: &mut Collection, versioned: bool) {
    use OperationKind::{Create, Delete, Update};
    if versioned {
        for kind in [Update, Delete].into_iter().filter(|kind| collection.operations.contains(kind)) {
            collection.parameters.entry(kind).or_default().push(version::parameter());
        }
    }
    if [Create, Update].iter().all(|kind| collection.operations.contains(kind)) {
        let parameter = upsert::parameter(collection, &view.schema.tables[at], &view.owners.tables[at]);
        collection.parameters.entry(Create).or_default().extend(parameter);
    }
    collection.parameters.retain(|_, parameters| !parameters.is_empty());
}

fn operations(view: &View<'_>, at: usize, collection: &Collection, settings: &TableConfig) -> BTreeSet<OperationKind> {
    use OperationKind::{Aggregate, Create, Delete, Get, List, Update};
    let table = &view.schema.tables[at];
    let keyed = !collection.key.is_empty();
    let writable = table.form == Form::Table
        && !settings.read_only
        && view.owners.tables[at].tie != Tie::Shared { writable: false };
    let possible = |kind: OperationKind| match kind {
        List | Aggregate => true,
        Get => keyed,
        // Without a key MySQL gives no way to look at what was written.
        Create if view.schema.engine == Engine::MySql && table.key.is_empty() => false,
        Create => writable && table.grants.insert && can_create(view, at, table, collection),
        Update => writable && table.grants.update && keyed && collection.fields.iter().any(|field| field.updatable),
        Delete => writable && table.grants.delete && keyed && !goes_unseen(view, at),
    };
    // One's own row among the users, or the members of something, holds what decides over rights: role, plan, team.
    let decides = view.owners.users == Some(at) || view.owners.members.contains(&at);
    // A new row has no members yet, unless the database itself makes its maker one.
    let unborn = |kind| {
        kind == Create
            && matches!(&view.owners.tables[at].tie, Tie::Member(key)
        if key.columns.iter().all(|column| table.key.contains(column)))
    };
    let wanted = |kind: OperationKind| match &settings.operations {
        Some(wanted) => wanted.contains(&kind),
        None => (!decides || matches!(kind, List | Get | Aggregate)) && !unborn(kind),
    };
    OperationKind::ALL.into_iter().filter(|kind| possible(*kind) && wanted(*kind)).collect()
}

/// Whether deleting a row may delete or change, by whatever chain, rows of a table that cannot be seen.
fn goes_unseen(view: &View<'_>, at: usize) -> bool {
    let tables = &view.schema.tables;
    let (mut reached, mut left) = (BTreeSet::from([at]), vec![at]);
    while let Some(parent) = left.pop() {
        if tables[parent].cascades_unseen {
            return true;
        }
        let cascades = |key: &ForeignKey| key.table == parent && key.declared && key.on_delete == OnDelete::Cascade;
        for (child, table) in tables.iter().enumerate() {
            if table.foreign.iter().any(cascades) && reached.insert(child) {
                left.push(child);
            }
        }
    }
    false
}

/// Whether a caller can give every value that a new row must have.
fn can_create(view: &View<'_>, at: usize, table: &Table, collection: &Collection) -> bool {
    let given = |name: &str| collection.field(name).is_some_and(|field| field.creatable);
    let owned = &view.owners.tables[at];
    let satisfied = |column: usize| {
        let described = &table.columns[column];
        // SQLite lets keys be null, and then nothing names the row.
        described.nullable && !table.key.contains(&column)
            || described.has_default
            || described.assigned != Assigned::Caller
            || owned.bond(column).is_some()
            || given(&described.name)
    };
    let bonds = owned.bonds.iter().all(|bond| table.columns[bond.column].assigned == Assigned::Caller);
    let parent = match owned.tie {
        Tie::Parent(foreign) => table.foreign[foreign]
            .columns
            .iter()
            .all(|column| owned.bond(*column).is_some() || given(&table.columns[*column].name)),
        _ => true,
    };
    bonds && parent && (0..table.columns.len()).all(satisfied)
}
