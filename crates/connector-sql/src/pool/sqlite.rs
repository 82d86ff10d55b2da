use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::Purpose;

/// How many steps of SQLite's virtual machine pass between two looks at the clock and the stop sign: well under a
/// millisecond of work.
const STEPS_BETWEEN_LOOKS: i32 = 2_000;

/// A SQLite connection, whose statements run on a thread of their own. That thread is told to stop by a flag that a
/// progress handler looks at, because dropping the future alone would let the statement run on.
pub(crate) struct Held {
    connection: Option<Connection>,
    stop: Arc<AtomicBool>,
}

enum Connection {
    Plain(PoolConnection<Sqlite>),
    Transaction(Transaction<'static, Sqlite>),
}

impl Connection {
    fn get(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Plain(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

impl Held {
    pub(super) async fn take(pool: &SqlitePool, purpose: Purpose, timeout: Duration) -> sqlx::Result<Self> {
        let mut connection = match purpose {
            Purpose::Read => Connection::Plain(pool.acquire().await?),
            // Takes the write lock at once: what is checked stays true until it is written.
            Purpose::Write => Connection::Transaction(pool.begin_with("BEGIN IMMEDIATE").await?),
        };
        let stop = Arc::new(AtomicBool::new(false));
        let (flag, deadline) = (Arc::clone(&stop), Instant::now() + timeout);
        connection
            .get()
            .lock_handle()
            .await?
            .set_progress_handler(STEPS_BETWEEN_LOOKS, move || !flag.load(Ordering::Relaxed) && Instant::now() < deadline);
        Ok(Self { connection: Some(connection), stop })
    }

    pub(super) fn connection(&mut self) -> sqlx::Result<&mut SqliteConnection> {
        self.connection.as_mut().map(Connection::get).ok_or(sqlx::Error::PoolClosed)
    }

    pub(super) async fn finish(mut self) -> sqlx::Result<()> {
        match self.connection.take() {
            Some(Connection::Transaction(transaction)) => transaction.commit().await,
            _ => Ok(()),
        }
    }

    pub(super) async fn undo(mut self) -> sqlx::Result<()> {
        match self.connection.take() {
            Some(Connection::Transaction(transaction)) => transaction.rollback().await,
            _ => Ok(()),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.connection.is_some() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}
