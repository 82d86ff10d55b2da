//! MySQL and MariaDB, whose servers do not look whether whoever asked is still there: a statement that nobody waits
//! for any more is stopped by another connection.

mod connections;
mod open;

use std::sync::Arc;
use std::time::Duration;

use sqlx::mysql::{MySqlConnection, MySqlQueryResult};
use sqlx::{AssertSqlSafe, Executor};

pub(crate) use connections::Connections;
pub(super) use open::open;

use super::{Purpose, bind, patiently};
use crate::sql::Statement;
use connections::Taken;

/// A connection for one call. Dropped in the middle of a statement it is killed in the server and closed; in the
/// middle of a transaction it is closed, which undoes that.
pub(crate) struct Held {
    connections: Arc<Connections>,
    taken: Option<Taken>,
    transaction: bool,
    busy: bool,
    patience: Duration,
}

impl Held {
    /// `patience` is how long the server may be silent: longer than its own limit on a statement.
    pub(super) async fn take(
        connections: &Arc<Connections>,
        purpose: Purpose,
        patience: Duration,
        read_only: bool,
    ) -> sqlx::Result<Self> {
        let taken = Some(connections.take().await?);
        let connections = Arc::clone(connections);
        let mut held = Self { connections, taken, transaction: false, busy: false, patience };
        if purpose == Purpose::Write {
            held.transaction = true;
            let begin = if read_only { "START TRANSACTION READ ONLY" } else { "START TRANSACTION READ WRITE" };
            held.busy(async |connection| connection.execute(begin).await.map(drop)).await?;
        }
        Ok(held)
    }

    pub(super) async fn busy<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut MySqlConnection) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let taken = self.taken.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        self.busy = true;
        let (done, in_order) = patiently(self.patience, work(&mut taken.connection)).await;
        self.busy = !in_order;
        done
    }

    pub(super) async fn execute(&mut self, statement: &Statement) -> sqlx::Result<MySqlQueryResult> {
        let arguments = bind::mysql(&statement.values)?;
        let sql = AssertSqlSafe(statement.sql.as_str());
        self.busy(async |connection| sqlx::query_with(sql, arguments).execute(connection).await).await
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
        let Some(taken) = self.taken.take() else { return };
        match (self.busy, self.transaction) {
            (true, _) => self.connections.kill(taken),
            (false, true) => drop(taken),
            (false, false) => self.connections.give_back(taken),
        }
    }
}
