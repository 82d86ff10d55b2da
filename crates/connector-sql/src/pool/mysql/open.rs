use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use connector::{Error, Result};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::Connections;
use crate::Config;
use crate::error;

/// A session reads only, unless a transaction says at its beginning that it writes.
/// How text, numbers and times are spelled and checked must not depend on the server's settings. Dates of zeros may
/// be compared with, since columns may hold them; none is written. Texts are sorted by as many bytes as
/// [`SORTED_CHARACTERS_MAX`](crate::sql::mysql::SORTED_CHARACTERS_MAX) can need.
const SETTINGS: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,\
     NO_AUTO_VALUE_ON_ZERO,PIPES_AS_CONCAT', max_sort_length = 8192, group_concat_max_len = 67108864, autocommit = 1; \
     SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY";

/// Opens the database at `url`, which begins with `mysql://`.
pub(in crate::pool) async fn open(config: &Config, url: &str) -> Result<Arc<Connections>> {
    let options = MySqlConnectOptions::from_str(url).map_err(|error| {
        Error::invalid("`url` is not a MySQL address. Use mysql://user:password@host:3306/database.").with_source(error)
    })?;
    if options.get_database().is_none() {
        return Err(Error::invalid("`url` names no database. Use mysql://user:password@host:3306/database."));
    }
    let options = options
        .charset("utf8mb4")
        .timezone(Some("+00:00".to_owned()))
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .disable_statement_logging();
    let (host, port) = (options.get_host().to_owned(), options.get_port());
    let wait = Duration::from_millis(config.connect_timeout_ms);
    let version = tokio::time::timeout(wait, version(&options)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    let version = version.map_err(|error| error::connecting("MySQL", &host, port, error))?;
    let mariadb = version.to_ascii_lowercase().contains("mariadb");
    let max = usize::try_from(config.pool_max.max(1)).unwrap_or(usize::MAX >> 4);
    let connections = Connections::new(options, settings(config.statement_timeout_ms, mariadb), mariadb, max, wait);
    let first = connections.take().await.map_err(|error| error::connecting("MySQL", &host, port, error))?;
    connections.give_back(first);
    Ok(connections)
}

async fn version(options: &MySqlConnectOptions) -> sqlx::Result<String> {
    let mut connection = options.connect().await?;
    let version = sqlx::query_scalar("SELECT CAST(VERSION() AS CHAR)").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version)
}

fn settings(statement_timeout_ms: u64, mariadb: bool) -> String {
    // MySQL's bound is on reading only; a write there waits no longer than this for a lock, in whole seconds.
    let wait = statement_timeout_ms.div_ceil(1000).clamp(1, 1_000_000);
    let (whole, part) = (statement_timeout_ms / 1000, statement_timeout_ms % 1000);
    let bound = match mariadb {
        true => format!("max_statement_time = {whole}.{part:03}"),
        false => format!("max_execution_time = {}", statement_timeout_ms.min(u64::from(u32::MAX))),
    };
    format!("{SETTINGS}; SET SESSION {bound}, innodb_lock_wait_timeout = {wait}, lock_wait_timeout = {wait}")
}
