//! Connections to three kinds of database behind one face.

mod bind;
mod cell;
mod connections;
mod describe;
mod mysql;
mod open;
mod postgres;
mod sqlite;

use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

pub(crate) use cell::{Cell, Row};
pub(crate) use connections::Connections;
pub(crate) use describe::Described;
pub(crate) use open::open;

use crate::Config;
use crate::schema::Engine;
use crate::sql::Statement;

#[derive(Debug)]
pub(crate) enum Pool {
    Sqlite {
        /// Connections that only read.
        pool: SqlitePool,
        /// The connection that writes. A database in memory has only one connection, for both.
        writer: Option<SqlitePool>,
        statement_timeout: Duration,
        read_only: bool,
    },
    Postgres {
        read_only: bool,
        pool: PgPool,
        patience: Duration,
    },
    MySql {
        read_only: bool,
        pool: Arc<mysql::Connections>,
        patience: Duration,
    },
}

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Single statements, each by itself.
    Read,
    /// Several statements of which all or none happen.
    Write,
}

/// One connection for one call. Dropped before [`Session::finish`] it stops the running statement and undoes an open
/// transaction.
pub(crate) enum Session {
    Sqlite(sqlite::Held),
    Postgres(postgres::Held),
    MySql(mysql::Held),
}

/// What a server answers, and whether the connection is in order afterwards: after an error of the server's it is, after
/// any other nobody knows. One that is silent for longer than `patience` is taken for gone.
async fn patiently<T>(patience: Duration, work: impl Future<Output = sqlx::Result<T>>) -> (sqlx::Result<T>, bool) {
    let done = match tokio::time::timeout(patience, work).await {
        Ok(done) => done,
        Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    };
    let in_order = matches!(&done, Ok(_) | Err(sqlx::Error::Database(_)));
    (done, in_order)
}

impl Pool {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
            Self::MySql { .. } => Engine::MySql,
        }
    }

    pub(crate) fn read_only(&self) -> bool {
        matches!(
            self,
            Self::Sqlite { read_only: true, .. }
                | Self::Postgres { read_only: true, .. }
                | Self::MySql { read_only: true, .. }
        )
    }

    /// How many connections there are, and how many of them, if they are others, for writing.
    pub(crate) fn sizes(&self, config: &Config) -> (u32, Option<u32>) {
        match self {
            Self::Sqlite { writer: Some(_), .. } => (config.pool_max, Some(1)),
            Self::Sqlite { writer: None, .. } => (1, None),
            Self::Postgres { .. } | Self::MySql { .. } => (config.pool_max, None),
        }
    }

    /// Whether a MySQL server is a MariaDB one.
    pub(crate) fn is_mariadb(&self) -> bool {
        matches!(self, Self::MySql { pool, .. } if pool.mariadb)
    }

    /// The pool as far as `settings`, one statement at the start of every transaction, let it be used.
    pub(crate) fn connections<'a>(&'a self, settings: Option<&'a str>) -> Connections<'a> {
        Connections::new(self, settings)
    }

    /// Runs one statement as the user of the address, for what is nobody's.
    pub(crate) async fn query(&self, statement: &Statement) -> sqlx::Result<Vec<Row>> {
        self.connections(None).query(statement).await
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { pool, writer, .. } => {
                pool.close().await;
                if let Some(writer) = writer {
                    writer.close().await;
                }
            }
            Self::Postgres { pool, .. } => pool.close().await,
            Self::MySql { pool, .. } => pool.close(),
        }
    }
}

impl Session {
    /// All rows.
    pub(crate) async fn query(&mut self, statement: &Statement) -> sqlx::Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.each(statement, |row| {
            rows.push(row);
            true
        })
        .await?;
        Ok(rows)
    }

    /// Gives rows one by one until `take` says `false`.
    pub(crate) async fn each(
        &mut self,
        statement: &Statement,
        mut take: impl FnMut(Row) -> bool + Send,
    ) -> sqlx::Result<()> {
        tracing::trace!(sql = statement.sql, "query");
        // The text is made by sea-query from identifiers of the database's own catalog, or is the operator's; values
        // are bound.
        let sql = AssertSqlSafe(statement.sql.as_str());
        match self {
            Self::Sqlite(held) => {
                let query = sqlx::query_with(sql, bind::sqlite(&statement.values)?);
                let mut rows = query.fetch(held.connection()?);
                while let Some(row) = rows.try_next().await? {
                    if !take(cell::of_sqlite(&row)?) {
                        break;
                    }
                }
            }
            Self::Postgres(held) => {
                if let Some(text) = held.whole(statement).await? {
                    return held.at_once(text, take).await;
                }
                let arguments = bind::postgres(&statement.values)?;
                held.busy(async |connection| {
                    let mut rows = sqlx::query_with(sql, arguments).fetch(connection);
                    while let Some(row) = rows.try_next().await? {
                        if !take(cell::of_postgres(&row)?) {
                            break;
                        }
                    }
                    Ok(())
                })
                .await?;
            }
            Self::MySql(held) => {
                let arguments = bind::mysql(&statement.values)?;
                held.busy(async |connection| {
                    let mut rows = sqlx::query_with(sql, arguments).fetch(connection);
                    while let Some(row) = rows.try_next().await? {
                        if !take(cell::of_mysql(&row)?) {
                            break;
                        }
                    }
                    Ok(())
                })
                .await?;
            }
        }
        Ok(())
    }

    /// How many rows were changed.
    pub(crate) async fn execute(&mut self, statement: &Statement) -> sqlx::Result<u64> {
        tracing::trace!(sql = statement.sql, "execute");
        let sql = AssertSqlSafe(statement.sql.as_str());
        match self {
            Self::Sqlite(held) => {
                let query = sqlx::query_with(sql, bind::sqlite(&statement.values)?);
                Ok(query.execute(held.connection()?).await?.rows_affected())
            }
            Self::Postgres(held) => {
                held.within().await?;
                let arguments = bind::postgres(&statement.values)?;
                held.busy(async |connection| {
                    Ok(sqlx::query_with(sql, arguments).execute(connection).await?.rows_affected())
                })
                .await
            }
            Self::MySql(held) => Ok(held.execute(statement).await?.rows_affected()),
        }
    }

    /// MySQL: the number that the server counted for the inserted row; 0 where it counted none.
    pub(crate) async fn insert(&mut self, statement: &Statement) -> sqlx::Result<u64> {
        match self {
            Self::MySql(held) => Ok(held.execute(statement).await?.last_insert_id()),
            Self::Sqlite(_) | Self::Postgres(_) => self.execute(statement).await.map(|_| 0),
        }
    }

    /// All rows, met as the user of the address and not as the caller.
    pub(crate) async fn query_unsecured(&mut self, statement: &Statement) -> sqlx::Result<Vec<Row>> {
        if let Self::Postgres(held) = self {
            held.without_role().await?;
        }
        let answer = self.query(statement).await?;
        if let Self::Postgres(held) = self {
            held.with_role().await?;
        }
        Ok(answer)
    }

    /// Keeps what a transaction did and gives the connection back.
    pub(crate) async fn finish(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(held) => held.finish().await,
            Self::Postgres(held) => held.finish().await,
            Self::MySql(held) => held.finish().await,
        }
    }

    /// Undoes what a transaction did and gives the connection back.
    pub(crate) async fn undo(self) {
        let undone = match self {
            Self::Sqlite(held) => held.undo().await,
            Self::Postgres(held) => held.undo().await,
            Self::MySql(held) => held.undo().await,
        };
        if let Err(error) = undone {
            tracing::debug!(%error, "a transaction could not be rolled back; its connection is closed");
        }
    }
}
