//! What configuration can declare beside tables: queries, and stored functions.

use std::collections::BTreeMap;

use access::Effect;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// One SQL statement as an action of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryConfig {
    /// What it answers or does, for whoever chooses among the tools.
    pub description: String,
    /// The statement. `:name` stands for the parameter `name`, `:caller_id` for the id of the user who calls and
    /// `:caller.claims.NAME` for a claim of that user's token; all are bound, and the last two can never be given as an
    /// argument. Strings, quoted names, comments and `::casts` are left alone.
    pub sql: String,
    /// The arguments, by name.
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterConfig>,
    /// What it does to the world. A `read` runs in a transaction that the database itself keeps from writing.
    #[serde(default = "read")]
    pub effect: Effect,
    /// It answers every user alike. Needed where the statement names no `:caller` value, which keeps it closed.
    #[serde(default)]
    pub shared: bool,
    /// The most rows of one answer.
    #[serde(default = "rows_max")]
    #[schemars(range(min = 1))]
    pub rows_max: u32,
}

/// One argument of a declared query.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ParameterConfig {
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// What it means.
    pub description: Option<String>,
    /// Whether it must be given; without a default it must. One that need not and is not is NULL.
    pub required: Option<bool>,
    /// The value where none is given.
    pub default: Option<Value>,
    /// The only values it takes.
    #[serde(rename = "enum")]
    pub choices: Vec<Value>,
    /// The smallest number.
    pub minimum: Option<f64>,
    /// The largest number.
    pub maximum: Option<f64>,
    /// The fewest characters of a text.
    pub min_length: Option<u32>,
    /// The most characters of a text.
    pub max_length: Option<u32>,
    /// What a text must match: a regular expression as JSON Schema has them.
    pub pattern: Option<String>,
    /// It is a list of such values: `id = ANY(:ids)` in PostgreSQL, `id IN (SELECT value FROM json_each(:ids))` in
    /// SQLite. At most 1000.
    pub list: bool,
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterType {
    /// Text.
    #[default]
    String,
    /// A whole number of 64 bits.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// `2026-01-31`
    Date,
    /// `2026-01-31T09:30:00Z`
    DateTime,
    /// A UUID.
    Uuid,
}

/// One stored function or procedure as an action. PostgreSQL only.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FunctionConfig {
    /// Its name in the database, `name` or `schema.name`, where that is not the action's.
    pub function: Option<String>,
    /// What it does, instead of the database's own comment.
    pub description: Option<String>,
    /// The argument that is the id of the user who calls. It is bound and can never be given.
    pub caller_argument: Option<String>,
    /// Arguments that are claims of that user's token: `{ p_org = "org_id" }`.
    pub claim_arguments: BTreeMap<String, String>,
    /// What it does to the world. Without this, a function that the database knows as STABLE or IMMUTABLE is a `read`,
    /// any other a `write`.
    pub effect: Option<Effect>,
    /// It answers every user alike. Needed where no argument is the caller's, which keeps it closed.
    pub shared: bool,
    /// The most rows of one answer; 1000 where not given.
    #[schemars(range(min = 1))]
    pub rows_max: Option<u32>,
}

fn read() -> Effect {
    Effect::Read
}

/// See [`QueryConfig::rows_max`].
pub(crate) fn rows_max() -> u32 {
    1_000
}
