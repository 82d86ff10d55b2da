use std::str::FromStr;
use std::time::Duration;

use sea_query::Value;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Connection, Error, Executor, PgPool, SqlSafeStr, SqlitePool};

use super::TableError;
use super::statement::{Engine, Statement};

/// One writes, and one may have to be replaced while it still waits for a server that is silent.
const CONNECTIONS_MAX: u32 = 2;

/// What counts as kept must not be lost with the server, whatever its default is.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) \
                       WHERE current_setting('synchronous_commit') = 'off'";

#[derive(Debug)]
pub(super) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    /// Connects when it is first used.
    pub(super) fn new(url: &str, timeout: Duration) -> Result<Self, TableError> {
        let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
        let address = |error| TableError::Address(Some(error));
        match scheme.split('+').next() {
            Some("sqlite") => {
                let options = SqliteConnectOptions::from_str(&format!("sqlite:{rest}")).map_err(address)?;
                let options = options.create_if_missing(true).busy_timeout(timeout).disable_statement_logging();
                let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(timeout);
                Ok(Self::Sqlite(pool.connect_lazy_with(options)))
            }
            Some("postgres" | "postgresql") if rest.starts_with("//") => {
                let options = PgConnectOptions::from_str(&format!("postgres:{rest}")).map_err(address)?;
                let options = options.application_name("bellhop audit").disable_statement_logging();
                let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(timeout);
                let pool = pool.after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(DURABLE).await.map(drop) })
                });
                Ok(Self::Postgres(pool.connect_lazy_with(options)))
            }
            _ => Err(TableError::Address(None)),
        }
    }

    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Whether the database understands a statement: its table and its columns are there. One that was prepared before
    /// tells nothing of what is there now.
    pub(super) async fn prepare(&self, statement: &Statement) -> Result<(), Error> {
        let sql = AssertSqlSafe(statement.sql.clone()).into_sql_str();
        match self {
            Self::Sqlite(pool) => {
                let mut connection = pool.acquire().await?;
                connection.clear_cached_statements().await?;
                connection.prepare(sql).await.map(drop)
            }
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                connection.clear_cached_statements().await?;
                connection.prepare(sql).await.map(drop)
            }
        }
    }

    /// Runs one statement, which by itself happens whole or not at all.
    pub(super) async fn run(&self, statement: &Statement) -> Result<(), Error> {
        let sql = AssertSqlSafe(statement.sql.clone());
        match self {
            Self::Sqlite(pool) => {
                let mut arguments = SqliteArguments::default();
                bind(&statement.values, |value| match value {
                    Bound::Text(text) => arguments.add(text),
                    Bound::Number(number) => arguments.add(number),
                })?;
                sqlx::query_with(sql, arguments).persistent(false).execute(pool).await.map(drop)
            }
            Self::Postgres(pool) => {
                let mut arguments = PgArguments::default();
                bind(&statement.values, |value| match value {
                    Bound::Text(text) => arguments.add(text),
                    Bound::Number(number) => arguments.add(number),
                })?;
                // Given up in the middle, the connection is of no use any more: its answer may still come.
                let mut held = Held(Some(pool.acquire().await?));
                let Some(connection) = held.0.as_deref_mut() else { return Err(Error::PoolClosed) };
                let done = sqlx::query_with(sql, arguments).persistent(false).execute(connection).await.map(drop);
                if matches!(done, Ok(()) | Err(Error::Database(_))) {
                    drop(held.0.take());
                }
                done
            }
        }
    }
}

/// A connection that is closed instead of given back, unless it is taken out.
struct Held(Option<sqlx::pool::PoolConnection<sqlx::Postgres>>);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

enum Bound {
    Text(Option<String>),
    Number(Option<i64>),
}

fn bind(values: &[Value], mut add: impl FnMut(Bound) -> Result<(), sqlx::error::BoxDynError>) -> Result<(), Error> {
    for value in values {
        match value {
            Value::String(text) => add(Bound::Text(text.clone())),
            Value::BigInt(number) => add(Bound::Number(*number)),
            other => Err(format!("no way to bind {other:?}").into()),
        }
        .map_err(Error::Encode)?;
    }
    Ok(())
}
