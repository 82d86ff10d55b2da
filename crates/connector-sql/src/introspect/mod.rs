//! Reads the schema from the database's own catalog.

mod bounds;
mod choices;
pub(crate) mod functions;
mod kind;
mod my_type;
mod mysql;
mod pg_type;
mod postgres;
mod search;
pub(crate) mod sizes;
mod sqlite;
mod tokens;
pub(crate) mod types;

use std::collections::BTreeMap;

pub(crate) use my_type::is_geometry;

use connector::Result;

use crate::Config;
use crate::pool::{Pool, Purpose, Session};
use crate::schema::{Engine, Grants, Schema};
use crate::security::{self, RowSecurity};

/// What the database says of itself now.
pub(crate) async fn introspect(pool: &Pool, security: Option<&RowSecurity>, config: &Config) -> Result<Schema> {
    let failed = crate::error::introspecting;
    // As the role that calls will have: what it may not see or do is not offered.
    let settings = security.map(|security| security.settings(None)).transpose()?;
    let mut session = pool.connections(settings.as_deref()).session(Purpose::Read).await.map_err(failed)?;
    let tables = match pool.engine() {
        Engine::Sqlite => sqlite::tables(&mut session, pool.read_only()).await,
        Engine::Postgres => postgres::tables(&mut session, config).await,
        Engine::MySql => mysql::tables(&mut session, config, pool.is_mariadb()).await,
    };
    let searches = match &tables {
        Ok(tables) => search::find(&mut session, pool.engine(), tables).await,
        Err(_) => Ok(BTreeMap::new()),
    };
    session.finish().await.map_err(failed)?;
    let mut tables = tables?;
    if pool.read_only() {
        for table in &mut tables {
            table.grants = Grants { select: table.grants.select, insert: false, update: false, delete: false };
        }
    }
    let mut schema = Schema { engine: pool.engine(), mariadb: pool.is_mariadb(), tables, searches: searches? };
    if security.is_some_and(|security| security.with_owners) {
        security::look_beyond(pool, &mut schema).await?;
    }
    Ok(schema)
}

/// Text cells of one row, in order.
struct Texts(std::vec::IntoIter<crate::pool::Cell>);

impl Texts {
    fn next(&mut self) -> Option<String> {
        self.0.next().and_then(crate::pool::Cell::text)
    }

    fn number(&mut self) -> i64 {
        self.next().and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}

async fn texts(session: &mut Session, statement: &crate::sql::Statement) -> Result<Vec<Texts>> {
    let rows = session.query(statement).await.map_err(crate::error::introspecting)?;
    Ok(rows.into_iter().map(|row| Texts(row.into_iter())).collect())
}
