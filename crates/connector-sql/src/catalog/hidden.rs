use connector::Hidden;

use super::View;
use crate::names::folded;
use crate::ownership::{Reason, Tie};
use crate::schema::{Form, Secured, Table};

/// Where tools keep track of schema changes: nobody's data.
const MIGRATIONS: &[&str] = &[
    "sqlxmigrations",
    "schemamigrations",
    "schemamigration",
    "arinternalmetadata",
    "alembicversion",
    "flywayschemahistory",
    "databasechangelog",
    "databasechangeloglock",
    "djangomigrations",
    "knexmigrations",
    "knexmigrationslock",
    "drizzlemigrations",
    "prismamigrations",
    "migrations",
    "goosedbversion",
    "refineryschemahistory",
    "efmigrationshistory",
    "seaqlmigrations",
    "sequelizemeta",
    "typeormmetadata",
    "kyselymigration",
    "kyselymigrationlock",
    "dieselschemamigrations",
    "phinxlog",
    "doctrinemigrationversions",
];

/// Why a table is not offered, if it is not.
pub(super) fn table(view: &View<'_>, at: usize) -> Option<Hidden> {
    let table = &view.schema.tables[at];
    let settings = view.config.tables.get(&table.label);
    let hidden = |reason: String, open_with: String| Some(Hidden { name: table.label.clone(), reason, open_with });
    if view.config.hide.contains(&table.label) {
        return hidden("the configuration hides it".into(), format!("take `{}` out of `hide`", table.label));
    }
    if settings.is_some_and(|settings| settings.hidden) {
        return hidden("the configuration hides it".into(), line(view, table, "hidden = false"));
    }
    if !table.grants.select {
        let open_with = format!("in the database: GRANT SELECT ON \"{}\" TO the user of `url`", table.name);
        return hidden("the database user of `url` may not read it".into(), open_with);
    }
    let Tie::Nobody(reason) = &view.owners.tables[at].tie else { return None };
    if MIGRATIONS.contains(&folded(&table.name).as_str()) {
        return hidden("it keeps track of schema changes".into(), shared(view, table));
    }
    let (reason, open_with) = match reason {
        Reason::Untied => untied(view, at),
        Reason::Unsecured => unsecured(view, table),
        Reason::Columns(columns) => (
            format!("several columns are named like a user id: {}", table.names(columns).join(", ")),
            line(view, table, &format!("owner = {}", quoted(&table.columns[columns[0]].name))),
        ),
        Reason::Paths(foreign) => paths(view, table, foreign),
        Reason::Half { column, kind } => (
            format!(
                "its column {} refers to rows of several tables, and {} says of which",
                table.columns[*column].name, table.columns[*kind].name
            ),
            line(view, table, &format!("owner = {}", quoted(&table.columns[*column].name))),
        ),
        Reason::Elsewhere { column, table: parent } => (
            format!(
                "its column {} refers to {}, which is not known as the users table",
                table.columns[*column].name, view.schema.tables[*parent].label
            ),
            format!("users_table = {}{}", quoted(&view.schema.tables[*parent].label), within(view)),
        ),
    };
    hidden(reason, open_with)
}

/// A field that cannot be set because it refers to rows of which nobody knows whose they are.
pub(super) fn reference(view: &View<'_>, table: &Table, columns: &[usize], parent: usize) -> Hidden {
    let parent = &view.schema.tables[parent];
    Hidden {
        name: format!("{}.{}", table.label, table.names(columns).join("+")),
        reason: format!("it can be read but not set, because it refers to {}, which is hidden", parent.label),
        open_with: shared(view, parent),
    }
}

/// A table that can be read and not written, because a write that fails half way would stay.
pub(super) fn unwritten(view: &View<'_>, table: &Table) -> Option<Hidden> {
    let engine = table.no_transactions.as_ref()?;
    Some(Hidden {
        name: table.label.clone(),
        reason: format!("it can be read but not written, because its storage engine, {engine}, has no transactions"),
        open_with: format!(
            "in the database: ALTER TABLE `{}` ENGINE=InnoDB, then reload {}",
            table.name, view.resource
        ),
    })
}

fn untied(view: &View<'_>, at: usize) -> (String, String) {
    let table = &view.schema.tables[at];
    let reason = "no column or foreign key ties its rows to a user".to_owned();
    let person = |name: &str| {
        ["by", "author", "creator", "customer", "member", "account", "user", "person", "assignee", "email"]
            .iter()
            .any(|hint| crate::names::words(name).iter().any(|word| word == hint))
    };
    if let Some(member) = member(view, at) {
        return (reason, line(view, table, &format!("member = {}", quoted(&member))));
    }
    match table.columns.iter().find(|column| person(&column.name)) {
        Some(column) => (reason, line(view, table, &format!("owner = {}", quoted(&column.name)))),
        None => (reason, shared(view, table)),
    }
}

/// A table that row security says nothing of.
fn unsecured(view: &View<'_>, table: &Table) -> (String, String) {
    let name = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let full = table.schema.iter().map(|schema| name(schema)).chain([name(&table.name)]).collect::<Vec<_>>().join(".");
    match (table.form, table.secured) {
        (Form::Table, Secured::NotForOwner) => (
            "its row security does not hold for its owner, and `role` is that or a member of it".into(),
            format!("in the database: ALTER TABLE {full} FORCE ROW LEVEL SECURITY"),
        ),
        (Form::Table, _) => (
            "row security is not enabled for it, and nothing else says whose its rows are".into(),
            format!("in the database: ALTER TABLE {full} ENABLE ROW LEVEL SECURITY"),
        ),
        (Form::View, _) => {
            ("row security does not hold for what this view shows, or not for who asks".into(), shared(view, table))
        }
    }
}

/// How a table that joins users with this one would make its rows its members'.
fn member(view: &View<'_>, at: usize) -> Option<String> {
    let mut joins = view.schema.tables.iter().enumerate().flat_map(|(child, table)| {
        let bonds = &view.owners.tables[child].bonds;
        table.foreign.iter().filter_map(move |key| {
            let [bond] = bonds.as_slice() else { return None };
            let pair: Vec<usize> = key.columns.iter().copied().chain([bond.column]).collect();
            (key.table == at && table.is_unique(&pair)).then_some((table, key))
        })
    });
    let (Some((join, key)), None) = (joins.next(), joins.next()) else { return None };
    let (from, to) = (view.schema.tables[at].names(&key.targets), join.names(&key.columns));
    Some(format!("{} -> {}.{}", from.join(", "), join.label, to.join(", ")))
}

fn paths(view: &View<'_>, table: &Table, foreign: &[usize]) -> (String, String) {
    let ways: Vec<_> = foreign
        .iter()
        .map(|foreign| {
            let key = &table.foreign[*foreign];
            format!("{} → {}", table.names(&key.columns).join(", "), view.schema.tables[key.table].label)
        })
        .collect();
    let first = &table.foreign[foreign[0]];
    let mut via = table.names(&first.columns).join(", ");
    if foreign[1..].iter().any(|other| table.foreign[*other].columns == first.columns) {
        via = format!("{via} -> {}", view.schema.tables[first.table].label);
    }
    let reason = format!("several foreign keys could say whose its rows are, equally near: {}", ways.join("; "));
    (reason, line(view, table, &format!("via = {}", quoted(&via))))
}

fn shared(view: &View<'_>, table: &Table) -> String {
    format!("shared = [{}]{}", quoted(&table.label), within(view))
}

/// A TOML line that belongs into the resource's table.
fn line(view: &View<'_>, table: &Table, setting: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let name = if table.label.chars().all(bare) { table.label.clone() } else { quoted(&table.label) };
    format!("tables.{name}.{setting}{}", within(view))
}

fn within(view: &View<'_>) -> String {
    format!("  # in [resources.{}]", view.resource)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
