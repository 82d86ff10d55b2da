//! SQL databases as collections of the caller's own rows: SQLite, PostgreSQL from version 13, MySQL from 8.0.19 and
//! MariaDB from 10.5. (MariaDB 10.11 is tried; MySQL is served by its documentation.)
//!
//! [`Sql::connect`] reads the schema from the database's own catalog, decides whose each table's rows are, and offers
//! what it could tie to a user. What it could not is in [`Catalog::hidden`] with the reason and the one line that would
//! open it.
//!
//! # Whose a row is
//!
//! In this order:
//!
//! 1. what the configuration says: [`shared`](Config::shared), or [`owner`](TableConfig::owner),
//!    [`via`](TableConfig::via) or [`member`](TableConfig::member) of the table;
//! 2. the users table by its key. It is [`Config::users_table`], else the only table called like `users`. It can be
//!    read only, unless [`TableConfig::operations`] says more: a user's row tends to hold what decides over rights;
//! 3. a column named like a user id ([`Config::owner_columns`]). One with a foreign key counts if that leads to the
//!    users table or to another owned table; two of them are a question for the configuration;
//! 4. the shortest path of foreign keys to an owned table. Two equally short ones are a question for the
//!    configuration. A path of one column to the very column that holds the owner's id (`author → users.id`) is that
//!    id itself: `create` sets it. A key that may be null and does not name the user itself counts only where no other
//!    key leads to a user. A row whose parent is null is nobody's;
//! 5. a tenant's column ([`Config::tenant_columns`]). It also binds every other table that has one, owned or shared,
//!    beside what ties that to its user: all must match.
//!
//! A column may hold the user's id or any claim of the verified token ([`OwnerConfig`]). Such columns are no fields:
//! `create` sets them, and an argument that says otherwise is refused. Of a claim that is a list, one value matches;
//! a claim that is missing, empty, or neither text nor whole number owns nothing and is told so in a notice.
//!
//! [`TableConfig::member`] makes rows everybody's who is in a table of members; what refers to such a row by a
//! foreign key follows (`documents.team_id → teams.id → team_members.user_id`). Members may write what is theirs, the
//! team's own row included, unless [`TableConfig::operations`] says less. The table of members can be read only unless
//! its own say more, because whoever may write there might invite themselves; and a new team would have no members, so
//! none is made unless a trigger of the database makes its maker one and `operations` says `create`.
//!
//! What a caller has is bound with the column's type. It must be spelled as the type would print it: `7` and not `07`, a
//! UUID in lower case. An id that does not fit owns nothing and is told so in a notice. Columns that compare loosely
//! (`citext`, `NOCASE`, `char(n)`, most of MySQL's collations) are compared as bytes too, so that two ids are never taken for one user.
//!
//! # Row security
//!
//! With [`Scope::Rls`] or [`Scope::Both`] every call runs in a transaction in which PostgreSQL itself knows the caller:
//! `request.jwt.claims` holds all claims of the verified token, with `role` set to [`Config::role`];
//! `request.jwt.claim.sub`, `.role` and `.email` hold these one by one; and `role` is that role. Policies that were
//! written for PostgREST or Supabase work unchanged. All of it is local to the transaction. A read sends the
//! transaction and its query as one text, in one round trip; values in it are hexadecimal digits. The role comes from
//! the configuration and never from a token, and must be one that row security holds for.
//!
//! - `rls`: the policies alone say whose rows are whose, and the role's grants what may be done. A table without row
//!   security is hidden unless it is shared. Tables need no owner's column; one that is recognised is set by `create`
//!   and is no field. References are checked: a parent must be visible. What a delete takes along is the database's
//!   business, as with PostgREST: cascades do not ask policies.
//! - `both`: a row must pass the policies and be the owner's. Tables without row security have the owner's wall only.
//!   What a delete would take along is looked at as the user of the address; where that user does not see every row
//!   of the tables concerned, such deletes are not offered.
//!
//! Under row security rows are not locked while references are checked, because policies for updates would decide over
//! that; what was written is read again before the transaction ends.
//!
//! # Writes
//!
//! `create` sets the owner; an argument that names another one is refused. Every foreign key into an owned table, by
//! which a row would come to refer to a parent, is checked in the same transaction and the parent held until its end
//! (PostgreSQL `FOR SHARE`, MySQL `LOCK IN SHARE MODE`, SQLite `BEGIN IMMEDIATE`), before anything is written: a missing parent and another
//! user's are refused in the same words. Columns that refer to a hidden table can be read and not set. What was
//! written is read again before the transaction ends, so that defaults and triggers cannot give it away.
//! Keys, and columns that a foreign key refers to, are not changed by `update`. A `delete` that would take along, or
//! change, rows that are not the caller's (`ON DELETE CASCADE`, `SET NULL`) is refused.
//!
//! A unique constraint over all users' rows (`orders.number`) tells whoever tries that a value is taken by somebody;
//! no connector can avoid it. One that includes the owner's column, or a parent's key, tells nothing.
//!
//! Lists of items are written in one transaction, each item by the rules of a single call. Changes by filter
//! ([`TableConfig::bulk`]) hold the rows that match, count them, and then pass each through the same rules. An upsert looks
//! for the caller's own row first and never uses the engine's `ON CONFLICT`, which would also find another's: what clashes
//! with another's row is the conflict that it would be without. A version ([`TableConfig::version`]) without a column is a
//! digest of what the caller can see of the row, so that nothing hidden can be guessed from it.
//!
//! # Related items and search
//!
//! `expand` follows foreign keys whose columns are shown, to rows that the caller may see at every step, in the statement of
//! the list itself. `search` uses the engine's own indexes of texts, unless they cover a hidden column, and the texts that are
//! shown where there is none. `docs/arguments.md` has an example of each.
//!
//! # MySQL and MariaDB
//!
//! The address names a database; [`Config::schemas`] names others of the same server. Differences that the engine leaves
//! no choice about:
//!
//! - An insert returns nothing. The key of a new row is what was given, what the server counted (`AUTO_INCREMENT`),
//!   or what it is asked for before: a constant default, `uuid()`, `uuid_to_bin(uuid())`. A key with another computed
//!   default must be given. A table without a key takes no rows, since what was written could not be looked at.
//! - Tables of an engine without transactions (MyISAM, Aria, MEMORY) are offered for reading, because a write that
//!   fails half way would stay.
//! - A right to delete that comes from a role of MariaDB is not seen; grant it to the user itself.
//! - Foreign keys of tables that the database user may not see are not known, and neither is what they would take along.
//! - Rows without a key have no place of their own: their lists are ordered by all that they hold.
//! - `eq`, `in` and the key in `get` mean equal bytes, whatever the collation; `lt`, sorting, grouping and unique keys go
//!   by the collation.
//! - MySQL 8 bounds the time of reading only; a write that is silent for longer than the bound is stopped by us.
//! - Without TLS, MySQL's `caching_sha2_password` cannot sign in a user that the server has not seen since its start.
//! - Declared queries and functions are not possible yet.
//!
//! # Actions
//!
//! A [declared query](QueryConfig) or stored [function](FunctionConfig) is the operator's own statement. Its parameters,
//! and who calls (`:caller_id`, `:caller.claims.NAME`), are bound; the database reads it at the start, gives the types
//! (PostgreSQL), and a mistake stops the start. One that names nothing of the caller's stays closed until it is said to
//! be `shared`. SQLite's columns of JSON come as text in its answers.
//!
//! # Values
//!
//! The database writes the JSON. Whole numbers beyond 2^53 − 1, and decimals of more than 15 digits, come as strings,
//! so that no JSON reader rounds them; they are taken back as strings everywhere. Bytes are pairs of hexadecimal
//! digits, shown by `get` and not by `list`. NaN and infinities are strings. Times with a zone are shown in UTC.
//! `docs/values.md` has a table of all types. SQLite's columns hold what they hold: a value that is not of its column's type is shown as it is; times
//! declared `DATETIME` or `DATE` are compared as times, whatever their spelling.
//!
//! Nulls sort last in both directions, on every engine. `contains` and `starts_with` ignore letter case: in SQLite of
//! every script, in PostgreSQL as the database's locale does, in MySQL of every script. `not` matches what its filter does not, null or not.
//!
//! # Statements
//!
//! Names in SQL come from the database's catalog and are quoted by sea-query; values of arguments are bound, for
//! PostgreSQL as text that the server itself casts to the column's type. A list is one round trip, its total
//! included. Reading is done where the database itself refuses to write: PostgreSQL's sessions are read-only unless a
//! transaction begins as one that writes, MySQL's are in the same way, and SQLite has a connection of its own for
//! writing. Dropping a call stops its statement: SQLite's by a progress handler, MySQL's by `KILL` from another
//! connection, PostgreSQL's by closing the connection, which the server notices within half a second
//! (`client_connection_check_interval`, PostgreSQL 14 on Linux and later; otherwise it goes on to `statement_timeout`).
//!
//! Connections are given to waiting callers in turn, so that one who floods waits longer than one who does not. On large
//! tables totals are exact up to [`Config::count_exact_max`] only, and the answer says so.

mod action;
mod catalog;
mod config;
mod error;
mod guard;
mod introspect;
mod names;
mod operation;
mod ownership;
mod pool;
mod schema;
mod security;
mod sql;
mod turns;

pub use config::{
    Bulk, Config, Count, DatabaseUrl, FunctionConfig, OwnerConfig, ParameterConfig, ParameterType, QueryConfig, Scope,
    SortUnindexed, TableConfig,
};

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::{Caller, Effect};
use connector::{Catalog, Connector, Context, Error, ErrorKind, Invoke, Operation, Outcome, Permit, Result};

use crate::catalog::Snapshot;
use crate::operation::Work;
use crate::pool::Pool;
use crate::security::RowSecurity;
use crate::turns::{Turn, Turns};

/// How long a sign of life may take.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// One SQL database.
pub struct Sql {
    resource: String,
    config: Config,
    pool: Pool,
    security: Option<RowSecurity>,
    readers: Arc<Turns>,
    /// The same as `readers` where reads and writes share their connections.
    writers: Arc<Turns>,
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
        let looked = match RowSecurity::configured(&config, pool.engine()) {
            Ok(security) => {
                look(resource, &pool, security.as_ref(), &config, true).await.map(|found| (security, found))
            }
            Err(error) => Err(error),
        };
        match looked {
            Ok((security, snapshot)) => {
                let (reading, writing) = pool.sizes(&config);
                let patience = Duration::from_millis(config.connect_timeout_ms);
                let readers = Turns::new(reading, patience);
                let writers = writing.map_or_else(|| Arc::clone(&readers), |writing| Turns::new(writing, patience));
                let snapshot = Mutex::new(Arc::new(snapshot));
                Ok(Self { resource: resource.to_owned(), config, pool, security, readers, writers, snapshot })
            }
            Err(error) => {
                pool.close().await;
                Err(error)
            }
        }
    }

    /// Waits until it is this caller's turn to use a connection.
    async fn turn(&self, caller: &Caller, effect: Effect) -> Result<Turn> {
        let turns = if effect == Effect::Read { &self.readers } else { &self.writers };
        turns.take(caller.key()).await
    }

    async fn invoke(&self, permit: Permit, snapshot: &Snapshot, invoke: Invoke, context: &Context) -> Result<Outcome> {
        let ready = snapshot
            .actions
            .get(&invoke.action)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "There is no such action."))?;
        let operation = Operation::Invoke(invoke);
        let caller = connector::spend(permit, &self.resource, &operation, ready.effect)?;
        let _turn = self.turn(&caller, ready.effect).await?;
        let Operation::Invoke(invoke) = operation else { return Err(Error::internal("an action that is none")) };
        let settings = self.settings(&caller)?;
        let pool = self.pool.connections(settings.as_deref());
        operation::invoke(Work { pool, snapshot, caller: &caller, context }, ready, invoke).await
    }

    /// What makes a transaction the caller's, where row security holds.
    fn settings(&self, caller: &Caller) -> Result<Option<String>> {
        self.security.as_ref().map(|security| security.settings(Some(caller))).transpose()
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn look(
    resource: &str,
    pool: &Pool,
    security: Option<&RowSecurity>,
    config: &Config,
    start: bool,
) -> Result<Snapshot> {
    if let Some(security) = security {
        security::check(pool, security).await?;
    }
    let schema = introspect::introspect(pool, security, config).await?;
    let sizes = introspect::sizes::sizes(pool, config, &schema).await?;
    let mut snapshot = Snapshot::build(resource, schema, config)?;
    guard::set(&mut snapshot, config, &sizes);
    // As the role that calls will have.
    let settings = security.map(|security| security.settings(None)).transpose()?;
    action::declare(resource, pool.connections(settings.as_deref()), config, &mut snapshot, start).await?;
    snapshot.take_fingerprint();
    Ok(snapshot)
}

#[async_trait::async_trait]
impl Connector for Sql {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.snapshot().catalog)
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let snapshot = self.snapshot();
        let kind = match operation {
            Operation::Invoke(invoke) => return self.invoke(permit, &snapshot, invoke, context).await,
            ref other => other.kind().ok_or_else(|| Error::internal("an operation that is none"))?,
        };
        let caller = connector::spend(permit, &self.resource, &operation, kind.effect())?;
        let target = operation.target().to_string();
        let offered = snapshot.offer(&target)?;
        if !offered.collection.operations.contains(&kind) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("`{}` is not possible on {target}.", kind.as_str()),
            ));
        }
        let _turn = self.turn(&caller, kind.effect()).await?;
        let settings = self.settings(&caller)?;
        let work =
            Work { pool: self.pool.connections(settings.as_deref()), snapshot: &snapshot, caller: &caller, context };
        match operation {
            Operation::List(list) => operation::list(work, list).await,
            Operation::Get(get) => operation::get(work, get).await,
            Operation::Create(create) => operation::create(work, create).await,
            Operation::Update(update) => operation::update(work, update).await,
            Operation::Delete(delete) => operation::delete(work, delete).await,
            Operation::Aggregate(aggregate) => operation::aggregate(work, aggregate).await,
            Operation::Batch(batch) => operation::batch(work, batch).await,
            Operation::Invoke(_) => Err(Error::internal("an action that was not invoked")),
            Operation::Recite(_) | Operation::Read(_) | Operation::Complete(_) => Err(operation.foreign()),
        }
    }

    async fn health(&self) -> Result<()> {
        let one = sql::Statement::fixed("SELECT '1'", &[]);
        match tokio::time::timeout(HEALTH_TIMEOUT, self.pool.query(&one)).await {
            Ok(answer) => answer.map(drop).map_err(error::reading),
            Err(elapsed) => Err(Error::unavailable(elapsed)),
        }
    }

    /// Keeps the very catalog where the database says the same of itself as before; what is known of sizes is new.
    async fn reload(&self) -> Result<()> {
        let mut snapshot = look(&self.resource, &self.pool, self.security.as_ref(), &self.config, false).await?;
        let mut current = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        if current.fingerprint == snapshot.fingerprint {
            snapshot.catalog = Arc::clone(&current.catalog);
        }
        *current = Arc::new(snapshot);
        Ok(())
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sql").field("resource", &self.resource).field("url", &self.config.url).finish_non_exhaustive()
    }
}
