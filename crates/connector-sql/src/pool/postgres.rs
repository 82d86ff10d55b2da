use std::io;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnection;
use sqlx::{Executor, PgPool, Postgres};

use super::Purpose;

/// A PostgreSQL connection. Dropped in the middle of its work it is closed instead of given back: the server notices
/// (`client_connection_check_interval`), stops the statement and rolls back.
pub(crate) struct Held {
    connection: Option<PoolConnection<Postgres>>,
    transaction: bool,
    busy: bool,
    patience: Duration,
}

impl Held {
    /// `patience` is longer than the server's own limit on a statement: a server that does not even say that this has
    /// passed hangs, or the network swallows its answers.
    pub(super) async fn take(pool: &PgPool, purpose: Purpose, patience: Duration) -> sqlx::Result<Self> {
        let mut held = Self { connection: Some(pool.acquire().await?), transaction: false, busy: false, patience };
        if purpose == Purpose::Write {
            held.transaction = true;
            held.busy(async |connection| connection.execute("BEGIN READ WRITE").await.map(drop)).await?;
        }
        Ok(held)
    }

    pub(super) async fn busy<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut PgConnection) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let connection = self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        self.busy = true;
        let done = match tokio::time::timeout(self.patience, work(connection)).await {
            Ok(done) => done,
            Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
        };
        // After an error of the server the connection is in order; after any other nobody knows.
        self.busy = !matches!(&done, Ok(_) | Err(sqlx::Error::Database(_)));
        done
    }

    pub(super) async fn finish(self) -> sqlx::Result<()> {
        self.end("COMMIT").await
    }

    pub(super) async fn undo(self) -> sqlx::Result<()> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, with: &'static str) -> sqlx::Result<()> {
        if self.transaction {
            self.busy(async |connection| connection.execute(with).await.map(drop)).await?;
            self.transaction = false;
        }
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if (self.busy || self.transaction)
            && let Some(connection) = self.connection.take()
        {
            drop(connection.detach());
        }
    }
}
