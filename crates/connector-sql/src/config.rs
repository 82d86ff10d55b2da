mod action;
mod guard;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use connector::OperationKind;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

pub(crate) use action::rows_max;
pub use action::{FunctionConfig, ParameterConfig, ParameterType, QueryConfig};
pub use guard::{Count, SortUnindexed};

/// Configuration of one SQL resource. Only the URL is needed; introspection finds the rest.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sqlite://path`, `sqlite:path`, `sqlite::memory:`, `postgres://…`, `postgresql://…`, `mysql://…` or
    /// `mariadb://…`. A driver suffix, as in
    /// `postgresql+asyncpg://`, is ignored. A SQLite file must exist unless the URL ends in `?mode=rwc`.
    pub url: DatabaseUrl,
    /// PostgreSQL schemas whose tables are offered, in order; the connection's search path where empty. For MySQL:
    /// databases of the server; the one that `url` names where empty.
    #[serde(default)]
    pub schemas: Vec<String>,
    /// Tables and views that every user may read and none may write.
    #[serde(default)]
    pub shared: Vec<String>,
    /// Tables that every user may read and write.
    #[serde(default)]
    pub shared_writable: Vec<String>,
    /// Names of columns that hold a user's id, where no foreign key says otherwise. Letter case and underscores do
    /// not matter: `user_id` stands for `userId`, too. By default user_id, owner_id, owner, user_uuid, owner_uuid,
    /// owner_user_id. Names such as created_by or author are not among them, because they say who made a row and not
    /// whose it is; with a foreign key to the users table they are found all the same.
    #[serde(default = "owner_columns")]
    pub owner_columns: Vec<String>,
    /// Columns that say whose tenant's a row is, and the claim that says so of the caller:
    /// `{ org_id = "claim:org_id" }`. In every table that has such a column, owned or shared, only rows of the caller's
    /// tenant are seen, and new ones are the tenant's. A table that nothing else ties to a user is its tenant's.
    #[serde(default)]
    pub tenant_columns: BTreeMap<String, String>,
    /// The table that has one row for each user, keyed by the user's id; found by its name where not given.
    #[serde(default)]
    pub users_table: Option<String>,
    /// What decides which rows a call meets: the tables' owners, the database's row security, or both.
    #[serde(default)]
    pub scope: Scope,
    /// The PostgreSQL role whose row security holds for every call, such as `"authenticated"`; needed by `scope`
    /// `"rls"` and `"both"`. It is never taken from a token. The user of `url` must be allowed to become it.
    #[serde(default)]
    pub role: Option<String>,
    /// What introspection cannot know of single tables.
    #[serde(default)]
    pub tables: BTreeMap<String, TableConfig>,
    /// SQL statements that are offered as actions of their own, by the action's name.
    #[serde(default)]
    pub queries: BTreeMap<String, QueryConfig>,
    /// Stored functions and procedures that are offered as actions, by the action's name.
    #[serde(default)]
    pub functions: BTreeMap<String, FunctionConfig>,
    /// Tables and views that are not offered at all.
    #[serde(default)]
    pub hide: Vec<String>,
    /// Words that make a column credential-like: such columns are never shown, filtered, sorted or written. Whole
    /// words of `snake_case` and `camelCase` names count, anywhere in the name; after a `*`, only at its end. Truth
    /// values, times, and numbers that count something (`token_count`) are never credentials. By default password,
    /// passwd, pwd, passphrase, passcode, secret, token, *hash, *salt, otp, totp, api_key, apikey, private_key,
    /// access_key, signing_key, encryption_key, recovery_code, backup_code, credential, jwt, *pin, cvv, cvc, ssn.
    #[serde(default = "credential_columns")]
    pub credential_columns: Vec<String>,
    /// The most items that one `create`, `update` or `delete` takes as a list, all of them or none. With 1 it is one
    /// at a time.
    #[serde(default = "batch_max")]
    #[schemars(range(min = 1, max = 1000))]
    pub batch_max: u32,
    /// How the items of a list are counted, where a table does not say otherwise.
    #[serde(default)]
    pub count: Count,
    /// Tables with more rows than this, by the database's own statistics, are large: what matches is counted exactly up
    /// to this number only, and slow sorts and searches are pointed out.
    #[serde(default = "guard::count_exact_max")]
    pub count_exact_max: u64,
    /// What happens to a sort on a large table by a field without an index.
    #[serde(default)]
    pub sort_unindexed: SortUnindexed,
    /// Whether the database itself keeps every call from writing. Set by `read_only` of the resource.
    #[serde(skip)]
    pub read_only: bool,
    /// The most connections kept open.
    #[serde(default = "pool_max")]
    #[schemars(range(min = 1, max = 1000))]
    pub pool_max: u32,
    /// How long one statement may run, in milliseconds. The database itself stops it then; one that is silent a second
    /// longer is taken for gone. Less than `limits.timeout_ms`, so that a caller learns which of both it was.
    #[serde(default = "statement_timeout_ms")]
    #[schemars(range(min = 1))]
    pub statement_timeout_ms: u64,
    /// How long to wait for a connection, in milliseconds.
    #[serde(default = "connect_timeout_ms")]
    #[schemars(range(min = 1))]
    pub connect_timeout_ms: u64,
}

/// What decides which rows a call meets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Conditions on each table's owner, made here.
    #[default]
    Owner,
    /// PostgreSQL's row security alone: each call runs in a transaction with the caller's claims in
    /// `request.jwt.claims` and as `role`, so that policies written for PostgREST or Supabase work unchanged. A table
    /// without row security is hidden unless it is shared.
    Rls,
    /// Both, and only what both let through.
    Both,
}

/// Whose rows a table holds, by its own columns.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OwnerConfig {
    /// The column that holds the owner's user id.
    Column(String),
    /// Columns and what of the caller's each must hold: `id` for the user's id, or `claim:NAME` for a claim of the
    /// token (`claim:app_metadata.org_id` for one within another). Where the claim is a list, one of it; with
    /// `claim:NAME[]` the column is a field, so that a user with several can tell which a new item is for.
    Columns(BTreeMap<String, String>),
}

/// What introspection cannot know of one table.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TableConfig {
    /// The column that holds the owner's user id, such as `"author"`, or several columns and what of the caller's each
    /// holds, all of which must match: `{ user_id = "id", org_id = "claim:org_id" }`.
    pub owner: Option<OwnerConfig>,
    /// The foreign key whose parent row says who the owner is: its column (`"order_id"`), its columns
    /// (`"region, number"`), or column and target (`"order_id -> orders.id"`), which also serves where the database
    /// declares no foreign key.
    pub via: Option<String>,
    /// Columns, and where in a table of members they lead: `"id -> team_members.team_id"`. A row is the caller's if a
    /// row of that table which leads to it is. The table of members can only be read unless its `operations` say more,
    /// for whoever may write there may invite themselves.
    pub member: Option<String>,
    /// Every user may read it, none may write it.
    pub shared: bool,
    /// Every user may read and write it.
    pub shared_writable: bool,
    /// It is not offered.
    pub hidden: bool,
    /// It may be read only.
    pub read_only: bool,
    /// The operations offered, of those that are possible. The users table offers only reading unless this says more.
    #[schemars(with = "Option<Vec<OperationName>>")]
    pub operations: Option<BTreeSet<OperationKind>>,
    /// What an item is, instead of the database's own comment.
    pub description: Option<String>,
    /// What single fields mean, instead of the database's own comments.
    pub fields: BTreeMap<String, String>,
    /// Columns that are not offered.
    pub hide: Vec<String>,
    /// Columns that `create` and `update` may not set.
    pub read_only_columns: Vec<String>,
    /// Columns that look like credentials by their name and are none.
    pub not_credentials: Vec<String>,
    /// How the items of a list are counted, instead of the resource's `count`.
    pub count: Option<Count>,
    /// How many items make an ordinary page.
    pub page_default: Option<u32>,
    /// Which operations may also be done to all items that match `filters`, in two steps: the first call says how many
    /// there are, the second names that number.
    pub bulk: BTreeSet<Bulk>,
    /// The most items that one such call may change; 1000 where not given.
    #[schemars(range(min = 1, max = 10000))]
    pub bulk_max: Option<u32>,
    /// The column that tells versions of an item apart for `if_version`: a whole number, which every update raises by
    /// one, or a time, which every update sets. Without it the item's own values tell.
    pub version: Option<String>,
}

/// What may be done to all items that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bulk {
    /// The same new values for each.
    Update,
    /// Each is removed.
    Delete,
}

/// The words of [`TableConfig::operations`], for its JSON Schema.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum OperationName {
    List,
    Get,
    Create,
    Update,
    Delete,
    Aggregate,
}

impl Config {
    /// A configuration with nothing but an address.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: DatabaseUrl::from(url.into()),
            schemas: Vec::new(),
            shared: Vec::new(),
            shared_writable: Vec::new(),
            owner_columns: owner_columns(),
            tenant_columns: BTreeMap::new(),
            scope: Scope::default(),
            role: None,
            users_table: None,
            tables: BTreeMap::new(),
            queries: BTreeMap::new(),
            functions: BTreeMap::new(),
            hide: Vec::new(),
            credential_columns: credential_columns(),
            batch_max: batch_max(),
            count: Count::default(),
            count_exact_max: guard::count_exact_max(),
            sort_unindexed: SortUnindexed::default(),
            read_only: false,
            pool_max: pool_max(),
            statement_timeout_ms: statement_timeout_ms(),
            connect_timeout_ms: connect_timeout_ms(),
        }
    }
}

/// A database's address. It may hold a password, so it does not print.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(with = "String")]
pub struct DatabaseUrl(SecretString);

impl DatabaseUrl {
    /// The address itself, password and all.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(SecretString::from(url))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.expose().split(':').next().unwrap_or_default();
        let known =
            matches!(scheme.split('+').next(), Some("sqlite" | "postgres" | "postgresql" | "mysql" | "mariadb"));
        write!(out, "{}:…", if known { scheme } else { "?" })
    }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn owner_columns() -> Vec<String> {
    words(&["user_id", "owner_id", "owner", "user_uuid", "owner_uuid", "owner_user_id"])
}

fn credential_columns() -> Vec<String> {
    words(&[
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "passcode",
        "secret",
        "token",
        "*hash",
        "*salt",
        "otp",
        "totp",
        "api_key",
        "apikey",
        "private_key",
        "access_key",
        "signing_key",
        "encryption_key",
        "recovery_code",
        "backup_code",
        "credential",
        "jwt",
        "*pin",
        "cvv",
        "cvc",
        "ssn",
    ])
}

fn batch_max() -> u32 {
    100
}

fn pool_max() -> u32 {
    10
}

fn statement_timeout_ms() -> u64 {
    25_000
}

fn connect_timeout_ms() -> u64 {
    5_000
}
