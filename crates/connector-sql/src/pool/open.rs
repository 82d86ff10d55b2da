use std::str::FromStr;
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};

use super::Pool;
use crate::Config;
use crate::error;

/// How long a SQLite write waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a PostgreSQL connection may have been idle to be used without a test.
const TESTED_AFTER: Duration = Duration::from_secs(1);

/// How much longer than its own limit on a statement a server may be silent.
const PATIENCE_BEYOND: Duration = Duration::from_secs(1);

/// How often a PostgreSQL server looks whether whoever asked is still there.
const CONNECTION_CHECK: &str = "SELECT set_config('client_connection_check_interval', '500ms', false)";

/// Opens the database that the configuration names.
pub(crate) async fn open(config: &Config) -> Result<Pool> {
    let url = config.url.expose();
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    match scheme.split('+').next() {
        Some("sqlite") => sqlite(config, rest).await,
        Some("postgres" | "postgresql") if rest.starts_with("//") => {
            postgres(config, &format!("postgres:{rest}")).await
        }
        Some("mysql" | "mariadb") if rest.starts_with("//") => mysql(config, &format!("mysql:{rest}")).await,
        _ => Err(Error::invalid(
            "`url` is not the address of a database that is known here. Use sqlite://path/to/file.db, \
             postgres://user:password@host/database or mysql://user:password@host/database.",
        )),
    }
}

async fn sqlite(config: &Config, rest: &str) -> Result<Pool> {
    let options = SqliteConnectOptions::from_str(&format!("sqlite:{rest}")).map_err(|error| {
        Error::invalid("`url` is not a SQLite address. Use sqlite://path/to/file.db, with ?mode=ro for reading only.")
            .with_source(error)
    })?;
    let path = rest.trim_start_matches("//");
    let (path, parameters) = path.split_once('?').unwrap_or((path, ""));
    let memory = path == ":memory:" || parameters.contains("mode=memory");
    let create = parameters.contains("mode=rwc");
    let file = options.get_filename().to_owned();
    if !memory && !create && !file.is_file() {
        return Err(Error::invalid(format!(
            "There is no SQLite file at {}. Give the path of an existing one, or add ?mode=rwc to create it.",
            file.display()
        )));
    }
    let read_only = config.read_only || parameters.contains("mode=ro") || parameters.contains("immutable=true");
    let options = options.foreign_keys(true).busy_timeout(BUSY_TIMEOUT).disable_statement_logging();
    let mut pool = SqlitePoolOptions::new()
        .max_connections(config.pool_max.max(1))
        .acquire_timeout(Duration::from_millis(config.connect_timeout_ms));
    if memory {
        // Such a database lives as long as its only connection.
        pool = pool.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
    }
    let writer = match memory {
        true => None,
        // SQLite has one writer at a time; who waits for it waits in the pool's queue and not on the file's lock.
        false => {
            let options = options.clone().pragma("query_only", if read_only { "ON" } else { "OFF" });
            Some(pool.clone().max_connections(1).connect_lazy_with(options))
        }
    };
    let pool = pool.connect_with(options.pragma("query_only", "ON")).await.map_err(|error| {
        Error::new(
            ErrorKind::Unavailable,
            format!(
                "The SQLite file {} cannot be opened as a database. Check that it is one and may be read.",
                file.display()
            ),
        )
        .with_source(error)
    })?;
    Ok(Pool::Sqlite { pool, writer, statement_timeout: Duration::from_millis(config.statement_timeout_ms), read_only })
}

async fn mysql(config: &Config, url: &str) -> Result<Pool> {
    let pool = super::mysql::open(config, url).await?;
    Ok(Pool::MySql {
        read_only: config.read_only,
        pool,
        patience: Duration::from_millis(config.statement_timeout_ms) + PATIENCE_BEYOND,
    })
}

async fn postgres(config: &Config, url: &str) -> Result<Pool> {
    let options = PgConnectOptions::from_str(url).map_err(|error| {
        Error::invalid("`url` is not a PostgreSQL address. Use postgres://user:password@host:5432/database.")
            .with_source(error)
    })?;
    let options = options.application_name("bellhop").disable_statement_logging();
    let (host, port) = (options.get_host().to_owned(), options.get_port());
    let statement_timeout = format!("{}ms", config.statement_timeout_ms);
    let pool = PgPoolOptions::new()
        .max_connections(config.pool_max.max(1))
        .acquire_timeout(Duration::from_millis(config.connect_timeout_ms))
        // A round trip for each call is too much to ask of connections that have just been used.
        .test_before_acquire(false)
        .before_acquire(|connection, connected| {
            Box::pin(async move {
                if connected.idle_for > TESTED_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| {
            let statement_timeout = statement_timeout.clone();
            Box::pin(async move {
                // A session reads only, unless a transaction says at its beginning that it writes.
                // How values are spelled must not depend on the server's settings: positions and answers are text.
                sqlx::query(
                    "SELECT set_config('statement_timeout', $1, false), set_config('TimeZone', 'UTC', false), \
                     set_config('DateStyle', 'ISO, YMD', false), set_config('IntervalStyle', 'iso_8601', false), \
                     set_config('bytea_output', 'hex', false), set_config('standard_conforming_strings', 'on', false), \
                     set_config('idle_in_transaction_session_timeout', '60s', false), \
                     set_config('default_transaction_read_only', 'on', false)",
                )
                .bind(statement_timeout)
                .execute(&mut *connection)
                .await?;
                // Unknown before version 14 and on some systems; a cancelled statement then runs to its timeout.
                if let Err(error) = connection.execute(CONNECTION_CHECK).await {
                    tracing::debug!(%error, "the server does not look whether its client is still there");
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| error::connecting("PostgreSQL", &host, port, error))?;
    Ok(Pool::Postgres {
        read_only: config.read_only,
        pool,
        patience: Duration::from_millis(config.statement_timeout_ms) + PATIENCE_BEYOND,
    })
}
