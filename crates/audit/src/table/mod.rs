//! A table with a row for each line.

mod pool;
mod statement;

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gateway::{AuditError, AuditLine, AuditSink};

use pool::Pool;
use statement::Table;

/// Longest name of a table or schema: PostgreSQL's bound.
const NAME_BYTES_MAX: usize = 63;

/// Rows in a table, one for each call. Any number of processes may share it.
///
/// The table is made where it does not exist. It has a column for each key of an [`AuditLine`], the key `call_id`, and
/// indexes on `time_ms` and on `caller, time_ms`. Rows are inserted; one that was inserted as `begun` gets its outcome
/// by one update; nothing else is ever changed, and nothing deleted.
#[derive(Debug)]
pub struct AuditTable {
    pool: Pool,
    table: Table,
    timeout: Duration,
    there: AtomicBool,
}

/// Why a table cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The name is none that can stand for a table.
    #[error("\"{0}\" cannot be a table's name: use letters, digits and _, with a schema and a dot before it if needed")]
    Name(String),
    /// The address is none of a database that is known here.
    #[error("the address is not one of a database that is known here: use sqlite://path/to/file.db or postgres://…")]
    Address(#[source] Option<sqlx::Error>),
    /// The database is away, or does not let the table be used or made.
    #[error("the table cannot be used or made")]
    Database(#[source] AuditError),
}

impl AuditTable {
    /// Opens the table `name` of the database at `url` and makes it where it does not exist. What the database does
    /// not do within `timeout` has failed.
    pub async fn open(url: &str, name: &str, timeout: Duration) -> Result<Self, TableError> {
        let mut parts = name.splitn(2, '.');
        if !parts.all(is_name) {
            return Err(TableError::Name(name.to_owned()));
        }
        let pool = Pool::new(url, timeout)?;
        let table = Table::new(pool.engine(), name);
        let opened = Self { pool, table, timeout, there: AtomicBool::new(false) };
        opened.in_time(opened.make()).await.map_err(TableError::Database)?;
        Ok(opened)
    }

    /// Makes the table where a statement for it cannot be prepared: an account that may only insert need not be able
    /// to make tables.
    async fn make(&self) -> Result<(), sqlx::Error> {
        if !self.there.load(Ordering::Relaxed) {
            if self.pool.prepare(&self.table.probe()).await.is_err() {
                for statement in self.table.creation() {
                    self.pool.run(&statement).await?;
                }
            }
            self.there.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn insert(&self, lines: &[&AuditLine], completing: bool) -> Result<(), AuditError> {
        if lines.is_empty() {
            return Ok(());
        }
        let statement = self.table.insert(lines, completing)?;
        let done = self.in_time(async {
            self.make().await?;
            self.pool.run(&statement).await
        });
        let done = done.await;
        if done.is_err() {
            // Perhaps somebody took it away: the next time it is made again.
            self.there.store(false, Ordering::Relaxed);
        }
        done
    }

    async fn in_time(&self, work: impl Future<Output = Result<(), sqlx::Error>>) -> Result<(), AuditError> {
        Ok(tokio::time::timeout(self.timeout, work).await??)
    }
}

#[async_trait::async_trait]
impl AuditSink for AuditTable {
    async fn begin(&self, lines: &[AuditLine]) -> Result<(), AuditError> {
        self.insert(&lines.iter().collect::<Vec<_>>(), false).await
    }

    async fn append(&self, lines: &[AuditLine]) -> Result<(), AuditError> {
        let (begun, whole): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.begun);
        // Should the second fail, both come again, and the first changes nothing.
        self.insert(&whole, false).await?;
        self.insert(&begun, true).await
    }
}

fn is_name(name: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && name.chars().all(letters)
        && !name.starts_with(|c: char| c.is_ascii_digit())
}
