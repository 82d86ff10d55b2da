//! SQL databases as collections of the caller's own rows: SQLite and PostgreSQL.

mod catalog;
mod config;
mod error;
mod introspect;
mod names;
mod operation;
mod ownership;
mod pool;
mod schema;
mod sql;

pub use config::{Config, DatabaseUrl, TableConfig};

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connector::{Catalog, Connector, Context, Error, ErrorKind, Operation, Outcome, Permit, Result};

use crate::catalog::Snapshot;
use crate::operation::Work;
use crate::pool::Pool;

/// How long a sign of life may take.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// One SQL database.
pub struct Sql {
    resource: String,
    config: Config,
    pool: Pool,
    snapshot: Mutex<Arc<Snapshot>>,
}

impl Sql {
    /// Opens the database and looks at it. `resource` is its name in the configuration.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a mistake in the configuration, in words for whoever wrote it;
    /// [`ErrorKind::Unavailable`] where the database cannot be reached or described.
    pub async fn connect(resource: &str, config: Config) -> Result<Self> {
        let pool = pool::open(&config).await?;
        match look(resource, &pool, &config).await {
            Ok(snapshot) => {
                Ok(Self { resource: resource.to_owned(), config, pool, snapshot: Mutex::new(Arc::new(snapshot)) })
            }
            Err(error) => {
                pool.close().await;
                Err(error)
            }
        }
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn look(resource: &str, pool: &Pool, config: &Config) -> Result<Snapshot> {
    Snapshot::build(resource, introspect::introspect(pool, config).await?, config)
}

#[async_trait::async_trait]
impl Connector for Sql {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.snapshot().catalog)
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let kind = operation.kind().ok_or_else(|| Error::new(ErrorKind::Unsupported, "This resource has no actions."))?;
        let caller = connector::spend(permit, &self.resource, &operation, kind.effect())?;
        let snapshot = self.snapshot();
        let target = operation.target().to_string();
        let offered = snapshot.offer(&target)?;
        if !offered.collection.operations.contains(&kind) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("`{}` is not possible on {target}.", kind.as_str()),
            ));
        }
        let work = Work { pool: &self.pool, snapshot: &snapshot, caller: caller.id().as_str(), context };
        match operation {
            Operation::List(list) => operation::list(work, list).await,
            Operation::Get(get) => operation::get(work, get).await,
            Operation::Create(create) => operation::create(work, create).await,
            Operation::Update(update) => operation::update(work, update).await,
            Operation::Delete(delete) => operation::delete(work, delete).await,
            Operation::Aggregate(aggregate) => operation::aggregate(work, aggregate).await,
            Operation::Invoke(_) => Err(Error::new(ErrorKind::Unsupported, "This resource has no actions.")),
        }
    }

    async fn health(&self) -> Result<()> {
        let one = sql::Statement::fixed("SELECT '1'", &[]);
        match tokio::time::timeout(HEALTH_TIMEOUT, self.pool.query(&one)).await {
            Ok(answer) => answer.map(drop).map_err(error::reading),
            Err(elapsed) => Err(Error::unavailable(elapsed)),
        }
    }

    async fn reload(&self) -> Result<()> {
        let snapshot = Arc::new(look(&self.resource, &self.pool, &self.config).await?);
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(())
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sql").field("resource", &self.resource).field("url", &self.config.url).finish_non_exhaustive()
    }
}
