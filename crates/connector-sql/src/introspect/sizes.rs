//! How large tables are, by the database's own statistics, and what is indexed.

use std::collections::BTreeSet;

use connector::{Error, Result};
use serde::Deserialize;

use super::texts;
use crate::Config;
use crate::pool::{Cell, Pool, Purpose, Session};
use crate::schema::{Engine, Form, Schema, Table};
use crate::sql::{Build, Statement, table};

/// What is known of one table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Size {
    /// About how many rows it has; unknown for views and tables that were never looked through.
    pub(crate) rows: Option<u64>,
    /// The columns of each index that can give rows in order.
    pub(crate) indexes: Vec<Vec<usize>>,
}

const POSTGRES: &str = include_str!("postgres/sizes.sql");

const SQLITE: &str = "SELECT l.name, i.name FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i \
     WHERE NOT l.partial ORDER BY l.seq, i.seqno";

const MYSQL_ROWS: &str = "SELECT TABLE_NAME, CAST(TABLE_ROWS AS CHAR) FROM information_schema.TABLES \
     WHERE TABLE_SCHEMA = ? AND TABLE_TYPE <> 'VIEW'";

const MYSQL_INDEXES: &str = "SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS \
     WHERE TABLE_SCHEMA = ? AND INDEX_TYPE = 'BTREE' ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";

/// The sizes of all tables, in their order. What cannot be found out stays unknown.
pub(crate) async fn sizes(pool: &Pool, config: &Config, schema: &Schema) -> Result<Vec<Size>> {
    let failed = crate::error::introspecting;
    let mut session = pool.connections(None).session(Purpose::Read).await.map_err(failed)?;
    let sizes = match schema.engine {
        Engine::Sqlite => sqlite(&mut session, schema).await,
        Engine::Postgres => postgres(&mut session, config, schema).await,
        Engine::MySql => mysql(&mut session, schema).await,
    };
    session.finish().await.map_err(failed)?;
    sizes
}

#[derive(Deserialize)]
struct SizeRow {
    schema: String,
    name: String,
    rows: Option<u64>,
    /// Null stands for an expression.
    indexes: Vec<Vec<Option<String>>>,
}

async fn postgres(session: &mut Session, config: &Config, schema: &Schema) -> Result<Vec<Size>> {
    let schemas = serde_json::to_string(&config.schemas).map_err(Error::internal)?;
    let mut sizes = vec![Size::default(); schema.tables.len()];
    for mut row in texts(session, &Statement::fixed(POSTGRES, &[&schemas])).await? {
        let row: SizeRow = serde_json::from_str(&row.next().unwrap_or_default()).map_err(Error::internal)?;
        let same = |table: &&Table| table.name == row.name && table.schema.as_ref() == Some(&row.schema);
        let Some((table, size)) = schema.tables.iter().zip(&mut sizes).find(|(table, _)| same(table)) else { continue };
        // What comes after an expression orders nothing.
        let columns =
            |names: &Vec<Option<String>>| names.iter().map_while(|name| table.column(name.as_ref()?)).collect();
        *size = Size { rows: row.rows, indexes: row.indexes.iter().map(columns).collect() };
    }
    Ok(sizes)
}

async fn sqlite(session: &mut Session, schema: &Schema) -> Result<Vec<Size>> {
    let mut sizes = Vec::with_capacity(schema.tables.len());
    for described in &schema.tables {
        let mut size = Size { rows: None, indexes: vec![described.key.clone()] };
        let mut last = String::new();
        for mut row in texts(session, &Statement::fixed(SQLITE, &[&described.name])).await? {
            let (index, column) = (row.next().unwrap_or_default(), row.next().and_then(|name| described.column(&name)));
            if index != last || size.indexes.is_empty() {
                size.indexes.push(Vec::new());
                last = index;
            }
            if let (Some(columns), Some(column)) = (size.indexes.last_mut(), column) {
                columns.push(column);
            }
        }
        if described.form == Form::Table {
            // The last rowid is found at once; a table without rowids stays unknown.
            let last = sea_query::Query::select()
                .expr(sea_query::Expr::cust("max(rowid)"))
                .from(table(described))
                .statement(Engine::Sqlite);
            if let Ok(rows) = session.query(&last).await {
                size.rows = rows.first().and_then(|row| row.first()).map(|cell| Cell::count(cell).unwrap_or(0));
            }
        }
        sizes.push(size);
    }
    Ok(sizes)
}

async fn mysql(session: &mut Session, schema: &Schema) -> Result<Vec<Size>> {
    let mut sizes = vec![Size::default(); schema.tables.len()];
    let schemas: BTreeSet<&String> = schema.tables.iter().filter_map(|table| table.schema.as_ref()).collect();
    for name in schemas {
        let find = |table: &Option<String>| {
            let same = |it: &Table| it.schema.as_ref() == Some(name) && Some(&it.name) == table.as_ref();
            schema.tables.iter().position(same)
        };
        for mut row in texts(session, &Statement::fixed(MYSQL_ROWS, &[name])).await? {
            if let Some(at) = find(&row.next()) {
                sizes[at].rows = row.next().and_then(|rows| rows.parse().ok());
            }
        }
        let mut last = (None, None);
        for mut row in texts(session, &Statement::fixed(MYSQL_INDEXES, &[name])).await? {
            let (table, index) = (row.next(), row.next());
            let Some(at) = find(&table) else { continue };
            let column = row.next().and_then(|name| schema.tables[at].column(&name));
            if last != (table.clone(), index.clone()) {
                sizes[at].indexes.push(Vec::new());
                last = (table, index);
            }
            if let (Some(columns), Some(column)) = (sizes[at].indexes.last_mut(), column) {
                columns.push(column);
            }
        }
    }
    Ok(sizes)
}
