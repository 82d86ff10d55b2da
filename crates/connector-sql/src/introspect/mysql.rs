use std::collections::{BTreeMap, BTreeSet};

use connector::{Error, Result};

use super::my_type::ColumnRow;
use super::{bounds, choices, texts};
use crate::Config;
use crate::pool::Session;
use crate::schema::{Constraint, ForeignKey, Form, Grants, KeyDefault, Kind, OnDelete, Secured, Table};
use crate::sql::Statement;

const TABLES: &str = include_str!("mysql/tables.sql");
const COLUMNS: &str = include_str!("mysql/columns.sql");
const UNIQUE: &str = include_str!("mysql/unique.sql");
const FOREIGN: &str = include_str!("mysql/foreign.sql");
const CHECKS: &str = include_str!("mysql/checks.sql");
const CHECKS_MARIADB: &str = include_str!("mysql/checks_mariadb.sql");
const DELETES: &str = include_str!("mysql/deletes.sql");

pub(super) async fn tables(session: &mut Session, config: &Config, mariadb: bool) -> Result<Vec<Table>> {
    let mut schemas = config.schemas.clone();
    if schemas.is_empty() {
        let named = texts(session, &Statement::fixed("SELECT DATABASE()", &[])).await?;
        schemas.extend(named.into_iter().filter_map(|mut row| row.next()));
    }
    let mut tables: Vec<Table> = Vec::new();
    for schema in &schemas {
        let before = tables.len();
        describe(session, &mut tables, schema, mariadb).await?;
        // A database that does not exist has no tables either.
        if tables.len() == before && !config.schemas.is_empty() {
            return Err(Error::invalid(format!("`schemas` names `{schema}`, and there are no tables in it.")));
        }
    }
    for schema in &schemas {
        foreign(session, &mut tables, schema).await?;
    }
    Ok(tables)
}

/// Adds the tables of one database, without their foreign keys.
async fn describe(session: &mut Session, tables: &mut Vec<Table>, schema: &str, mariadb: bool) -> Result<()> {
    let first = tables.len();
    for mut row in texts(session, &Statement::fixed(TABLES, &[schema])).await? {
        let (Some(name), Some(form)) = (row.next(), row.next()) else { continue };
        let (engine, transactions, comment) = (row.next(), row.next(), row.next());
        let view = form == "VIEW";
        let label =
            if tables.iter().any(|table| table.label == name) { format!("{schema}.{name}") } else { name.clone() };
        tables.push(Table {
            schema: Some(schema.to_owned()),
            label,
            name,
            form: if view { Form::View } else { Form::Table },
            comment: comment.filter(|comment| !comment.is_empty() && !view),
            columns: Vec::new(),
            key: Vec::new(),
            unique: Vec::new(),
            checks: Vec::new(),
            foreign: Vec::new(),
            grants: Grants { select: false, insert: false, update: false, delete: false },
            secured: Secured::No,
            no_transactions: engine.filter(|_| !view && transactions.as_deref() != Some("YES")),
            cascades_unseen: false,
            referred_unseen: Vec::new(),
        });
    }
    let deletes: BTreeSet<String> = texts(session, &Statement::fixed(DELETES, &[schema, schema]))
        .await?
        .iter_mut()
        .filter_map(|row| row.next())
        .collect();
    let places: BTreeMap<String, usize> = (first..tables.len()).map(|at| (tables[at].name.clone(), at)).collect();
    for mut row in texts(session, &Statement::fixed(COLUMNS, &[schema])).await? {
        let Some(at) = row.next().and_then(|name| places.get(&name)) else { continue };
        let mut text = || row.next();
        let column = ColumnRow {
            name: text().unwrap_or_default(),
            data_type: text().unwrap_or_default(),
            declared: text().unwrap_or_default(),
            nullable: text().as_deref() == Some("YES"),
            default: text(),
            extra: text().unwrap_or_default(),
            comment: text().unwrap_or_default(),
            length: text().and_then(|length| length.parse().ok()),
            precision: text().and_then(|digits| digits.parse().ok()),
            charset: text(),
        };
        let granted = row.next().unwrap_or_default();
        let may = |what: &str| granted.split(',').any(|word| word.trim() == what);
        let table = &mut tables[*at];
        table.grants.insert |= may("insert");
        table.grants.update |= may("update");
        table.grants.delete = deletes.contains("") || deletes.contains(&table.name);
        if may("select") {
            table.grants.select = true;
            table.columns.push(column.column(mariadb));
        }
    }
    for table in &mut tables[first..] {
        if table.no_transactions.is_some() || table.form == Form::View {
            table.grants = Grants { insert: false, update: false, delete: false, ..table.grants };
        }
    }
    keys(session, tables, &places, schema).await?;
    checks(session, tables, &places, schema, mariadb).await
}

async fn keys(
    session: &mut Session,
    tables: &mut [Table],
    places: &BTreeMap<String, usize>,
    schema: &str,
) -> Result<()> {
    // Without a column, or with one that cannot be seen, an index says nothing that can be used.
    let mut found: BTreeMap<(usize, String), Option<Vec<usize>>> = BTreeMap::new();
    for mut row in texts(session, &Statement::fixed(UNIQUE, &[schema])).await? {
        let Some(at) = row.next().and_then(|name| places.get(&name).copied()) else { continue };
        let (index, column) = (row.next().unwrap_or_default(), row.next());
        let place = column.and_then(|column| tables[at].column(&column));
        let columns = found.entry((at, index)).or_insert_with(|| Some(Vec::new()));
        match (place, columns.as_mut()) {
            (Some(place), Some(columns)) => columns.push(place),
            _ => *columns = None,
        }
    }
    for ((at, name), columns) in found {
        let Some(columns) = columns else { continue };
        if name == "PRIMARY" {
            for column in &columns {
                // What the server makes of it could not be found out.
                let column = &mut tables[at].columns[*column];
                column.has_default &= column.mysql.key_default != KeyDefault::None;
            }
            tables[at].key.clone_from(&columns);
        }
        tables[at].unique.push(Constraint { name, columns });
    }
    Ok(())
}

async fn checks(
    session: &mut Session,
    tables: &mut [Table],
    places: &BTreeMap<String, usize>,
    schema: &str,
    mariadb: bool,
) -> Result<()> {
    let statement = if mariadb { CHECKS_MARIADB } else { CHECKS };
    for mut row in texts(session, &Statement::fixed(statement, &[schema])).await? {
        let Some(at) = row.next().and_then(|name| places.get(&name)) else { continue };
        let (name, clause) = (row.next().unwrap_or_default(), row.next().unwrap_or_default());
        let table = &mut tables[*at];
        let columns: Vec<usize> = (0..table.columns.len())
            .filter(|at| clause.contains(&format!("`{}`", table.columns[*at].name.replace('`', "``"))))
            .collect();
        for at in &columns {
            let column = &mut table.columns[*at];
            // What MariaDB makes of the type JSON.
            if column.mysql.name == "longtext" && clause == format!("json_valid(`{}`)", column.name) {
                column.kind = Kind::Json;
                column.ordered = false;
            }
        }
        for (name, values) in choices::of_clause(&clause) {
            if let Some(at) = table.column(&name) {
                table.columns[at].choices = values;
            }
        }
        for found in bounds::of_clause(&clause) {
            if let Some(column) = table.columns.iter_mut().find(|column| found.is_of(&column.name)) {
                found.narrow(column);
            }
        }
        table.checks.push(Constraint { name, columns });
    }
    Ok(())
}

async fn foreign(session: &mut Session, tables: &mut [Table], schema: &str) -> Result<()> {
    let find = |tables: &[Table], schema: &str, name: &str| {
        tables.iter().position(|table| table.schema.as_deref() == Some(schema) && table.name == name)
    };
    let mut found: BTreeMap<(usize, String), Option<ForeignKey>> = BTreeMap::new();
    for mut row in texts(session, &Statement::fixed(FOREIGN, &[schema])).await? {
        let mut text = || row.next().unwrap_or_default();
        let (child, name, column) = (text(), text(), text());
        let (parent_schema, parent, target, on_delete) = (text(), text(), text(), text());
        let Some(parent) = find(tables, &parent_schema, &parent) else { continue };
        let on_delete = match on_delete.as_str() {
            "CASCADE" => OnDelete::Cascade,
            "SET NULL" | "SET DEFAULT" => OnDelete::Change,
            _ => OnDelete::Refuse,
        };
        let target = tables[parent].column(&target);
        let child = find(tables, schema, &child).filter(|child| tables[*child].grants.select);
        let column = child.and_then(|child| tables[child].column(&column));
        let (Some(child), Some(column), Some(place)) = (child, column, target) else {
            tables[parent].cascades_unseen |= on_delete != OnDelete::Refuse;
            tables[parent].referred_unseen.extend(target);
            found.extend(child.map(|child| ((child, name), None)));
            continue;
        };
        let key = found.entry((child, name.clone())).or_insert_with(|| {
            let (columns, targets) = (Vec::new(), Vec::new());
            Some(ForeignKey { name, columns, table: parent, targets, on_delete, declared: true })
        });
        if let Some(key) = key {
            key.columns.push(column);
            key.targets.push(place);
        }
    }
    for ((child, _), key) in found {
        tables[child].foreign.extend(key);
    }
    // Their names are numbers that say nothing.
    for table in tables.iter_mut() {
        let columns = &table.columns;
        let names = |key: &ForeignKey| key.columns.iter().map(|at| columns[*at].name.clone()).collect::<Vec<_>>();
        table.foreign.sort_by_cached_key(names);
    }
    Ok(())
}
