use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool, SqlitePool};

use super::{Columns, Place, Row, Transaction};
use crate::StoreError;

/// Reads under way at once; writes take turns anyhow.
const CONNECTIONS_MAX: u32 = 4;

/// Held while the table is made: two processes that make it at once would stumble over each other.
const MAKING_LOCK: i64 = 0x6265_6c6c_686f_7001;

const INDEX: &str = "CREATE INDEX IF NOT EXISTS bellhop_credentials_by_key ON bellhop_credentials (key_id)";

pub(super) const NEXT_KEY_ID: &str = "SELECT min(key_id) FROM bellhop_credentials WHERE key_id > $1";

/// Both databases understand `$1`.
#[derive(Debug)]
pub(super) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    /// Connects when it is first used.
    pub(super) fn new(place: &Place, timeout: Duration) -> Result<Self, StoreError> {
        match place {
            Place::File(path) => {
                keep_private(path).map_err(|source| StoreError::File { path: path.display().to_string(), source })?;
                // What is deleted is overwritten: what an old key sealed shall not outlive a rotation.
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .busy_timeout(timeout)
                    .journal_mode(SqliteJournalMode::Delete)
                    .synchronous(SqliteSynchronous::Full)
                    .pragma("secure_delete", "ON")
                    .disable_statement_logging();
                let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(timeout);
                Ok(Self::Sqlite(pool.connect_lazy_with(options)))
            }
            Place::Database(url) => {
                let url = url.expose();
                if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
                    return Err(StoreError::Address(None));
                }
                let options = PgConnectOptions::from_str(url).map_err(|error| StoreError::Address(Some(error)))?;
                let options = options.application_name("bellhop credentials").disable_statement_logging();
                let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(timeout);
                Ok(Self::Postgres(pool.connect_lazy_with(options)))
            }
        }
    }

    /// Makes the table where it is not there: an account that may not make tables is enough where it is.
    pub(super) async fn make(&self) -> Result<(), StoreError> {
        if self.next_key_id("").await.is_ok() {
            return Ok(());
        }
        match self {
            Self::Sqlite(pool) => {
                let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                sqlx::query(AssertSqlSafe(table("BLOB"))).execute(&mut *transaction).await?;
                sqlx::query(INDEX).execute(&mut *transaction).await?;
                transaction.commit().await?;
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MAKING_LOCK).execute(&mut *transaction).await?;
                sqlx::query(AssertSqlSafe(table("BYTEA"))).execute(&mut *transaction).await?;
                sqlx::query(INDEX).execute(&mut *transaction).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }

    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        match self {
            Self::Sqlite(pool) => Ok(Transaction::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?)),
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                // Others may read meanwhile.
                let lock = "LOCK TABLE bellhop_credentials IN SHARE ROW EXCLUSIVE MODE";
                sqlx::query(lock).execute(&mut *transaction).await?;
                Ok(Transaction::Postgres(transaction))
            }
        }
    }

    /// The first of these rows that is there.
    pub(super) async fn find(&self, row_keys: &[Vec<u8>]) -> Result<Option<Row>, StoreError> {
        let places = placeholders(row_keys.len());
        let sql = format!("SELECT row_key, key_id, label, secret FROM bellhop_credentials WHERE row_key IN ({places})");
        macro_rules! find {
            ($pool:expr) => {{
                let mut query = sqlx::query_as(AssertSqlSafe(sql));
                for row_key in row_keys {
                    query = query.bind(row_key);
                }
                query.fetch_optional($pool).await?
            }};
        }
        let found: Option<Columns> = match self {
            Self::Sqlite(pool) => find!(pool),
            Self::Postgres(pool) => find!(pool),
        };
        Ok(found.map(Row::from))
    }

    /// The id after this one of a key that rows are sealed with.
    pub(super) async fn next_key_id(&self, last: &str) -> Result<Option<String>, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_scalar(NEXT_KEY_ID).bind(last).fetch_one(pool).await?,
            Self::Postgres(pool) => sqlx::query_scalar(NEXT_KEY_ID).bind(last).fetch_one(pool).await?,
        })
    }

    /// Changes rows outside a transaction, and says how many.
    pub(super) async fn lease(&self, row_keys: &[Vec<u8>], until_ms: i64, now_ms: i64) -> Result<u64, StoreError> {
        let first = row_keys.len() + 1;
        let sql = format!(
            "UPDATE bellhop_credentials SET lease_until_ms = ${first} WHERE row_key IN ({}) AND lease_until_ms < ${}",
            placeholders(row_keys.len()),
            first + 1
        );
        macro_rules! lease {
            ($pool:expr) => {{
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for row_key in row_keys {
                    query = query.bind(row_key);
                }
                query.bind(until_ms).bind(now_ms).execute($pool).await?.rows_affected()
            }};
        }
        Ok(match self {
            Self::Sqlite(pool) => lease!(pool),
            Self::Postgres(pool) => lease!(pool),
        })
    }
}

fn table(bytes: &str) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS bellhop_credentials (row_key {bytes} NOT NULL PRIMARY KEY, key_id TEXT NOT NULL, \
         label {bytes} NOT NULL, secret {bytes} NOT NULL, lease_until_ms BIGINT NOT NULL DEFAULT 0)"
    )
}

/// `$1, $2, …`
pub(super) fn placeholders(count: usize) -> String {
    (1..=count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// Makes the file, for its owner only, where it is not there. SQLite gives its journal the same mode.
fn keep_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&file.metadata()?) & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "the credential store can be read by others: chmod 600 it");
    }
    Ok(())
}
