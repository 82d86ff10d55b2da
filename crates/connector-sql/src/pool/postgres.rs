use std::time::Duration;

use futures::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Either, Executor, PgPool, Postgres};

use super::{Purpose, Row, cell, patiently};
use crate::sql::Statement;

/// Within a transaction, back to the user of the address.
const NO_ROLE: &str = "SELECT pg_catalog.set_config('role', 'none', true)";

/// A PostgreSQL connection. Dropped in the middle of its work it is closed instead of given back: the server notices
/// (`client_connection_check_interval`), stops the statement and rolls back.
pub(crate) struct Held {
    connection: Option<PoolConnection<Postgres>>,
    transaction: bool,
    busy: bool,
    patience: Duration,
    /// The statement that makes a transaction the caller's, where row security holds.
    settings: Option<String>,
}

impl Held {
    /// `patience` is longer than the server's own limit on a statement: a server that does not even say that this has
    /// passed hangs, or the network swallows its answers.
    pub(super) async fn take(
        pool: &PgPool,
        purpose: Purpose,
        patience: Duration,
        settings: Option<&str>,
        read_only: bool,
    ) -> sqlx::Result<Self> {
        let connection = Some(pool.acquire().await?);
        let settings = settings.map(str::to_owned);
        let mut held = Self { connection, transaction: false, busy: false, patience, settings };
        if purpose == Purpose::Write {
            held.begin(if read_only { "BEGIN READ ONLY" } else { "BEGIN READ WRITE" }).await?;
        }
        Ok(held)
    }

    /// A transaction, the caller's from its start, in one round trip.
    async fn begin(&mut self, begin: &'static str) -> sqlx::Result<()> {
        self.transaction = true;
        match self.settings.as_ref().map(|settings| format!("{begin}; {settings}")) {
            None => self.run(begin.to_owned()).await,
            Some(text) => self.run(text).await,
        }
    }

    /// Runs text in which there is no value but by [`literal`](crate::sql::literal).
    async fn run(&mut self, text: String) -> sqlx::Result<()> {
        self.busy(async |connection| connection.execute(AssertSqlSafe(text)).await.map(drop)).await
    }

    /// Where row security holds, a statement outside of a transaction gets one.
    pub(super) async fn within(&mut self) -> sqlx::Result<()> {
        if self.settings.is_none() || self.transaction { Ok(()) } else { self.begin("BEGIN READ ONLY").await }
    }

    /// The whole transaction of a single statement as one text, where row security needs one and none is open. A
    /// statement that cannot be written as text gets a transaction around it, which [`end`](Self::end) ends.
    pub(super) async fn whole(&mut self, statement: &Statement) -> sqlx::Result<Option<String>> {
        let Some(settings) = self.settings.as_ref().filter(|_| !self.transaction) else { return Ok(None) };
        match statement.literal() {
            Some(text) => Ok(Some(format!("BEGIN READ ONLY; {settings}; {text}; COMMIT"))),
            None => self.within().await.map(|()| None),
        }
    }

    /// Runs such a text in one round trip and gives the rows of its statement.
    pub(super) async fn at_once(&mut self, text: String, mut take: impl FnMut(Row) -> bool + Send) -> sqlx::Result<()> {
        self.transaction = true;
        let done = self
            .busy(async |connection| {
                let mut steps = sqlx::raw_sql(AssertSqlSafe(text)).fetch_many(connection);
                // BEGIN, the settings, the statement, COMMIT: the third one's rows are wanted. All of them are read, or
                // nobody would know whether the transaction ended.
                let (mut ended, mut wanted) = (0, true);
                while let Some(step) = steps.try_next().await? {
                    match step {
                        Either::Left(_) => ended += 1,
                        Either::Right(row) if ended == 2 && wanted => wanted = take(cell::of_postgres(&row)?),
                        Either::Right(_) => {}
                    }
                }
                Ok(())
            })
            .await;
        match done {
            Ok(()) => self.transaction = false,
            // The error says why; a connection that cannot be rolled back is closed on drop.
            Err(sqlx::Error::Database(_)) => {
                if self.run("ROLLBACK".into()).await.is_ok() {
                    self.transaction = false;
                }
            }
            Err(_) => {}
        }
        done
    }

    /// Until [`with_role`](Self::with_role), statements meet rows as the user of the address does.
    pub(super) async fn without_role(&mut self) -> sqlx::Result<()> {
        if self.settings.is_some() { self.run(NO_ROLE.to_owned()).await } else { Ok(()) }
    }

    pub(super) async fn with_role(&mut self) -> sqlx::Result<()> {
        match self.settings.clone() {
            Some(settings) => self.run(settings).await,
            None => Ok(()),
        }
    }

    pub(super) async fn busy<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut PgConnection) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let connection = self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        self.busy = true;
        let (done, in_order) = patiently(self.patience, work(connection)).await;
        self.busy = !in_order;
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
