use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Executor, Sqlite, SqlitePool, Transaction};

use super::Purpose;

/// How many steps of SQLite's virtual machine pass between two looks at the clock and the stop sign: well under a
/// millisecond of work.
const STEPS_BETWEEN_LOOKS: i32 = 2_000;

/// Takes the write lock at once: what is checked stays true until it is written.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// A SQLite connection, whose statements run on a thread of their own. That thread is told to stop by a sign that a
/// progress handler looks at, because dropping the future alone would let the statement run on.
pub(crate) struct Held {
    connection: Option<Connection>,
    sign: Arc<AtomicU8>,
}

/// Until the deadline.
const GO: u8 = 0;
/// Whoever waited has gone.
const STOP: u8 = 1;
/// The call is over; what the pool does with the connection is not its business.
const OVER: u8 = 2;

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
    pub(super) async fn take(
        pool: &SqlitePool,
        writer: Option<&SqlitePool>,
        purpose: Purpose,
        timeout: Duration,
    ) -> sqlx::Result<Self> {
        let mut connection = match (purpose, writer) {
            (Purpose::Read, Some(_)) => Connection::Plain(pool.acquire().await?),
            (Purpose::Write, Some(writer)) => Connection::Transaction(writer.begin_with(BEGIN).await?),
            (Purpose::Read, None) => {
                let mut only = pool.acquire().await?;
                only.execute("PRAGMA query_only = ON").await?;
                Connection::Plain(only)
            }
            (Purpose::Write, None) => {
                let mut only = pool.begin_with("BEGIN").await?;
                only.execute("PRAGMA query_only = OFF").await?;
                Connection::Transaction(only)
            }
        };
        let sign = Arc::new(AtomicU8::new(GO));
        let (seen, deadline) = (Arc::clone(&sign), Instant::now() + timeout);
        let go_on = move || match seen.load(Ordering::Relaxed) {
            GO => Instant::now() < deadline,
            other => other == OVER,
        };
        connection.get().lock_handle().await?.set_progress_handler(STEPS_BETWEEN_LOOKS, go_on);
        Ok(Self { connection: Some(connection), sign })
    }

    pub(super) fn connection(&mut self) -> sqlx::Result<&mut SqliteConnection> {
        self.connection.as_mut().map(Connection::get).ok_or(sqlx::Error::PoolClosed)
    }

    pub(super) async fn finish(mut self) -> sqlx::Result<()> {
        self.sign.store(OVER, Ordering::Relaxed);
        match self.connection.take() {
            Some(Connection::Transaction(transaction)) => transaction.commit().await,
            _ => Ok(()),
        }
    }

    pub(super) async fn undo(mut self) -> sqlx::Result<()> {
        self.sign.store(OVER, Ordering::Relaxed);
        match self.connection.take() {
            Some(Connection::Transaction(transaction)) => transaction.rollback().await,
            _ => Ok(()),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.connection.is_some() {
            self.sign.store(STOP, Ordering::Relaxed);
        }
    }
}
