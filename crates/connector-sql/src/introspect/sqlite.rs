use std::collections::BTreeMap;

use connector::Result;

use super::{bounds, choices, kind, texts};
use crate::pool::Session;
use crate::schema::{
    Affinity, Assigned, Bounds, Column, Constraint, ForeignKey, Form, Grants, Kind, OnDelete, Secured, Table,
};
use crate::sql::Statement;

/// Tables and views of the main database, without SQLite's own and the inner tables of virtual ones.
const TABLES: &str = "SELECT name, type FROM pragma_table_list \
     WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

const DEFINITION: &str = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?";

const COLUMNS: &str = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid";

const INDEXES: &str = "SELECT l.name, i.name FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i \
     WHERE l.\"unique\" AND NOT l.partial ORDER BY l.seq, i.seqno";

const FOREIGN: &str =
    "SELECT id, \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq";

pub(super) async fn tables(session: &mut Session, read_only: bool) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for mut row in texts(session, &Statement::fixed(TABLES, &[])).await? {
        let (Some(name), Some(form)) = (row.next(), row.next()) else { continue };
        // A view whose tables are gone cannot be described; the others can.
        match table(session, name.clone(), &form, read_only).await {
            Ok(table) => tables.push(table),
            Err(error) => tracing::warn!(table = name, ?error, "cannot be described and is left out"),
        }
    }
    for at in 0..tables.len() {
        tables[at].foreign = foreign(session, &tables, at).await?;
    }
    Ok(tables)
}

async fn table(session: &mut Session, name: String, form: &str, read_only: bool) -> Result<Table> {
    let mut columns = Vec::new();
    let mut key = BTreeMap::new();
    for mut row in texts(session, &Statement::fixed(COLUMNS, &[&name])).await? {
        let (column, declared) = (row.next().unwrap_or_default(), row.next().unwrap_or_default());
        let (not_null, default, position, hidden) = (row.number() != 0, row.next(), row.number(), row.number());
        if hidden == 1 {
            continue; // of a virtual table, for its own use
        }
        if position > 0 {
            key.insert(position, columns.len());
        }
        columns.push(describe(column, &declared, not_null, default.is_some(), hidden >= 2));
    }
    let key: Vec<usize> = key.into_values().collect();
    if let [only] = key.as_slice()
        && columns[*only].declared.eq_ignore_ascii_case("INTEGER")
    {
        // https://sqlite.org/lang_createtable.html#rowid: an alias of the rowid, which SQLite counts itself.
        columns[*only].assigned = Assigned::Counter;
        columns[*only].nullable = false;
    }
    let writable = form == "table" && !read_only;
    let mut table = Table {
        schema: None,
        label: name.clone(),
        name,
        form: if form == "table" { Form::Table } else { Form::View },
        comment: None,
        columns,
        key,
        unique: Vec::new(),
        checks: Vec::new(),
        foreign: Vec::new(),
        grants: Grants { select: true, insert: writable, update: writable, delete: writable },
        secured: Secured::No,
        no_transactions: None,
        cascades_unseen: false,
        referred_unseen: Vec::new(),
    };
    table.unique = unique(session, &table).await?;
    if let Some(sql) =
        texts(session, &Statement::fixed(DEFINITION, &[&table.name])).await?.pop().and_then(|mut row| row.next())
    {
        for (name, values) in choices::of_definition(&sql) {
            if let Some(column) = table.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(&name)) {
                column.choices = values;
            }
        }
        for found in bounds::of_definition(&sql) {
            if let Some(column) = table.columns.iter_mut().find(|column| found.is_of(&column.name)) {
                found.narrow(column);
            }
        }
    }
    Ok(table)
}

fn describe(name: String, declared: &str, not_null: bool, has_default: bool, generated: bool) -> Column {
    let kind = kind::kind(declared);
    let affinity = if declared.eq_ignore_ascii_case("ANY") { Affinity::Blob } else { kind::affinity(declared) };
    Column {
        name,
        cast: String::new(),
        declared: declared.to_owned(),
        nullable: !not_null,
        has_default,
        assigned: if generated { Assigned::Generated } else { Assigned::Caller },
        comment: None,
        max_length: kind::max_length(declared),
        choices: Vec::new(),
        bounds: Bounds::default(),
        ordered: !matches!(kind, Kind::Json | Kind::Bytes),
        exact: false,
        affinity,
        kind,
        ..Column::default()
    }
}

async fn unique(session: &mut Session, table: &Table) -> Result<Vec<Constraint>> {
    let mut unique: Vec<Constraint> = Vec::new();
    let mut expressions = Vec::new();
    for mut row in texts(session, &Statement::fixed(INDEXES, &[&table.name])).await? {
        let Some(name) = row.next() else { continue };
        if unique.last().is_none_or(|last| last.name != name) {
            unique.push(Constraint { name: name.clone(), columns: Vec::new() });
        }
        match (row.next().and_then(|column| table.column(&column)), unique.last_mut()) {
            (Some(column), Some(last)) => last.columns.push(column),
            _ => expressions.push(name),
        }
    }
    unique.retain(|unique| !expressions.contains(&unique.name));
    Ok(unique)
}

async fn foreign(session: &mut Session, tables: &[Table], at: usize) -> Result<Vec<ForeignKey>> {
    let child = &tables[at];
    let find =
        |table: &Table, name: &str| table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
    let mut foreign: BTreeMap<i64, Option<ForeignKey>> = BTreeMap::new();
    for mut row in texts(session, &Statement::fixed(FOREIGN, &[&child.name])).await? {
        let id = row.number();
        let (parent, from, to, on_delete) = (row.next(), row.next(), row.next(), row.next().unwrap_or_default());
        let entry = foreign.entry(id).or_insert_with(|| {
            let parent = parent?;
            Some(ForeignKey {
                name: String::new(),
                columns: Vec::new(),
                table: tables.iter().position(|table| table.name.eq_ignore_ascii_case(&parent))?,
                targets: Vec::new(),
                on_delete: match on_delete.as_str() {
                    "CASCADE" => OnDelete::Cascade,
                    "SET NULL" | "SET DEFAULT" => OnDelete::Change,
                    _ => OnDelete::Refuse,
                },
                declared: true,
            })
        });
        let Some(key) = entry else { continue };
        let parent = &tables[key.table];
        // Without a target it is the parent's primary key.
        let target = match to {
            Some(to) => find(parent, &to),
            None => parent.key.get(key.columns.len()).copied(),
        };
        match (from.and_then(|from| find(child, &from)), target) {
            (Some(column), Some(target)) => {
                key.columns.push(column);
                key.targets.push(target);
            }
            // It names what does not exist: SQLite refuses every write that would use it.
            _ => *entry = None,
        }
    }
    Ok(foreign.into_values().flatten().collect())
}
