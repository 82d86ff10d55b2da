use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a connection may have been idle to be used without a test.
const TESTED_AFTER: Duration = Duration::from_secs(1);

/// How long a connection is kept: servers and what is between close old ones.
const AGE_MAX: Duration = Duration::from_secs(30 * 60);

/// How long stopping a statement may take.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// A pool of its own, because a statement can be stopped only by who knows the server's number for its connection,
/// and sqlx's pool has no place to keep one.
pub(crate) struct Connections {
    options: MySqlConnectOptions,
    /// What each new connection is told first.
    settings: String,
    pub(in crate::pool) mariadb: bool,
    idle: Mutex<Vec<Idle>>,
    turns: Arc<Semaphore>,
    wait: Duration,
}

struct Idle {
    one: One,
    since: Instant,
}

/// A connection and the server's number for it.
struct One {
    connection: MySqlConnection,
    number: u64,
    opened: Instant,
}

/// A connection in use. While it is, its number is nobody else's.
pub(super) struct Taken {
    pub(super) connection: MySqlConnection,
    number: u64,
    opened: Instant,
    _turn: OwnedSemaphorePermit,
}

impl Connections {
    pub(super) fn new(
        options: MySqlConnectOptions,
        settings: String,
        mariadb: bool,
        max: usize,
        wait: Duration,
    ) -> Arc<Self> {
        let turns = Arc::new(Semaphore::new(max));
        Arc::new(Self { options, settings, mariadb, idle: Mutex::new(Vec::new()), turns, wait })
    }

    /// A connection, in the order of asking.
    pub(super) async fn take(&self) -> sqlx::Result<Taken> {
        let taken = async {
            let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
            let One { connection, number, opened } = match self.used().await {
                Some(one) => one,
                None => self.open().await?,
            };
            Ok(Taken { connection, number, opened, _turn: turn })
        };
        tokio::time::timeout(self.wait, taken).await.map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// One that was used before and still answers.
    async fn used(&self) -> Option<One> {
        loop {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if idle.one.opened.elapsed() < AGE_MAX
                && (idle.since.elapsed() < TESTED_AFTER || idle.one.connection.ping().await.is_ok())
            {
                return Some(idle.one);
            }
        }
    }

    async fn open(&self) -> sqlx::Result<One> {
        let mut connection = self.options.connect().await?;
        connection.execute(AssertSqlSafe(self.settings.as_str())).await?;
        let number = sqlx::query_scalar("SELECT CONNECTION_ID()").fetch_one(&mut connection).await?;
        Ok(One { connection, number, opened: Instant::now() })
    }

    pub(super) fn give_back(&self, taken: Taken) {
        if self.turns.is_closed() {
            return;
        }
        let one = One { connection: taken.connection, number: taken.number, opened: taken.opened };
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(Idle { one, since: Instant::now() });
        // Its turn ends here, after the connection is back.
    }

    /// Stops what a connection's server side is doing. It is not used again, and its turn lasts until it is stopped.
    pub(super) fn kill(self: &Arc<Self>, taken: Taken) {
        // Without a runtime the program is about to end.
        let Ok(runtime) = Handle::try_current() else { return };
        let this = Arc::clone(self);
        runtime.spawn(async move {
            let stopped = async {
                let mut connection = this.options.connect().await?;
                // A number, and the server's own.
                connection.execute(AssertSqlSafe(format!("KILL {}", taken.number))).await?;
                connection.close().await
            };
            match tokio::time::timeout(KILL_TIMEOUT, stopped).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a statement that nobody waits for could not be stopped"),
                Err(_) => tracing::debug!("a statement that nobody waits for could not be stopped in time"),
            }
            drop(taken);
        });
    }

    pub(in crate::pool) fn close(&self) {
        self.turns.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Connections").field("mariadb", &self.mariadb).finish_non_exhaustive()
    }
}
