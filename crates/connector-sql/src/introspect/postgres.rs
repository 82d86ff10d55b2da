use std::collections::BTreeMap;

use connector::{Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{bounds, choices, pg_type};
use crate::Config;
use crate::pool::{Cell, Session};
use crate::schema::{Constraint, ForeignKey, Form, Grants, OnDelete, Secured, Table};
use crate::sql::Statement;

const TABLES: &str = include_str!("postgres/tables.sql");
const COLUMNS: &str = include_str!("postgres/columns.sql");
const UNIQUE: &str = include_str!("postgres/unique.sql");
const CONSTRAINTS: &str = include_str!("postgres/constraints.sql");

#[derive(Deserialize)]
struct TableRow {
    id: u32,
    schema: String,
    name: String,
    view: bool,
    comment: Option<String>,
    position: usize,
    selectable: bool,
    insertable: bool,
    updatable: bool,
    deletable: bool,
    /// Row security is enabled.
    enabled: bool,
    /// It holds for whoever asks.
    secured: bool,
}

#[derive(Deserialize)]
struct UniqueRow {
    table: u32,
    name: String,
    primary: bool,
    columns: Vec<i16>,
}

#[derive(Deserialize)]
struct ConstraintRow {
    table: u32,
    name: String,
    kind: String,
    columns: Vec<i16>,
    parent: u32,
    targets: Vec<i16>,
    on_delete: String,
    /// Of a check constraint that holds for every row.
    definition: Option<String>,
}

/// Where a table's columns are, by their number in PostgreSQL, which skips dropped ones.
type Numbers = BTreeMap<i16, usize>;

pub(super) async fn tables(session: &mut Session, config: &Config) -> Result<Vec<Table>> {
    let schemas = serde_json::to_string(&config.schemas).map_err(Error::internal)?;
    let mut found: Vec<TableRow> = rows(session, TABLES, &schemas).await?;
    for schema in &config.schemas {
        // A schema without tables is as good as a misspelt one.
        if !found.iter().any(|table| table.schema == *schema) {
            return Err(Error::invalid(format!("`schemas` names `{schema}`, and there are no tables in it.")));
        }
    }
    found.sort_by(|one, other| (one.position, &one.name).cmp(&(other.position, &other.name)));
    let mut numbers: Vec<Numbers> = vec![Numbers::new(); found.len()];
    let mut tables: Vec<Table> = Vec::with_capacity(found.len());
    for row in &found {
        tables.push(table(row, &found));
    }
    let at = |id: u32| found.iter().position(|table| table.id == id);
    for column in rows::<pg_type::ColumnRow>(session, COLUMNS, &schemas).await? {
        if let Some(at) = at(column.table) {
            numbers[at].insert(column.number, tables[at].columns.len());
            tables[at].columns.push(column.column());
        }
    }
    for row in rows::<UniqueRow>(session, UNIQUE, &schemas).await? {
        let Some(at) = at(row.table) else { continue };
        let Some(columns) = places(&numbers[at], &row.columns) else { continue };
        if row.primary {
            tables[at].key.clone_from(&columns);
        }
        tables[at].unique.push(Constraint { name: row.name, columns });
    }
    for row in rows::<ConstraintRow>(session, CONSTRAINTS, &schemas).await? {
        let child = at(row.table).and_then(|at| Some((at, places(&numbers[at], &row.columns)?)));
        if row.kind == "c" {
            if let Some((at, columns)) = child {
                if let ([only], Some(values)) =
                    (columns.as_slice(), row.definition.as_deref().and_then(choices::of_constraint))
                {
                    tables[at].columns[*only].choices = values;
                }
                for found in row.definition.as_deref().map(bounds::of_constraint).unwrap_or_default() {
                    if let Some(column) = tables[at].columns.iter_mut().find(|column| found.is_of(&column.name)) {
                        found.narrow(column);
                    }
                }
                tables[at].checks.push(Constraint { name: row.name, columns });
            }
            continue;
        }
        let Some(parent) = at(row.parent) else { continue };
        let on_delete = match row.on_delete.as_str() {
            "c" => OnDelete::Cascade,
            "n" | "d" => OnDelete::Change,
            _ => OnDelete::Refuse,
        };
        match (child, places(&numbers[parent], &row.targets)) {
            (Some((at, columns)), Some(targets)) if tables[at].grants.select => {
                let name = row.name;
                tables[at].foreign.push(ForeignKey {
                    name,
                    columns,
                    table: parent,
                    targets,
                    on_delete,
                    declared: true,
                });
            }
            (_, targets) => {
                tables[parent].cascades_unseen |= on_delete != OnDelete::Refuse;
                tables[parent].referred_unseen.extend(targets.into_iter().flatten());
            }
        }
    }
    Ok(tables)
}

fn table(row: &TableRow, all: &[TableRow]) -> Table {
    // The first schema's tables go by their names alone; a later one of the same name says its schema.
    let first = all.iter().find(|table| table.name == row.name).is_some_and(|table| table.id == row.id);
    Table {
        schema: Some(row.schema.clone()),
        name: row.name.clone(),
        label: if first { row.name.clone() } else { format!("{}.{}", row.schema, row.name) },
        form: if row.view { Form::View } else { Form::Table },
        comment: row.comment.clone(),
        columns: Vec::new(),
        key: Vec::new(),
        unique: Vec::new(),
        checks: Vec::new(),
        foreign: Vec::new(),
        grants: Grants { select: row.selectable, insert: row.insertable, update: row.updatable, delete: row.deletable },
        secured: match (row.secured, row.enabled) {
            (true, _) => Secured::Yes,
            (false, true) => Secured::NotForOwner,
            (false, false) => Secured::No,
        },
        no_transactions: None,
        cascades_unseen: false,
        referred_unseen: Vec::new(),
    }
}

fn places(numbers: &Numbers, columns: &[i16]) -> Option<Vec<usize>> {
    columns.iter().map(|number| numbers.get(number).copied()).collect()
}

/// Rows that the server gives as JSON. `$1` is the list of schemas.
async fn rows<T: DeserializeOwned>(session: &mut Session, sql: &'static str, schemas: &str) -> Result<Vec<T>> {
    let rows = session.query(&Statement::fixed(sql, &[schemas])).await.map_err(crate::error::introspecting)?;
    let json = rows.into_iter().filter_map(|row| row.into_iter().next().and_then(Cell::text));
    json.map(|text| serde_json::from_str(&text).map_err(Error::internal)).collect()
}
