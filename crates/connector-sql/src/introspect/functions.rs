//! PostgreSQL's stored functions and procedures, as `pg_proc` describes them.

use connector::{Error, Result};
use serde::Deserialize;

use crate::pool::{Cell, Session};
use crate::sql::Statement;

const FUNCTIONS: &str = include_str!("postgres/functions.sql");

/// One function or procedure. <https://www.postgresql.org/docs/current/catalog-pg-proc.html>
#[derive(Debug, Deserialize)]
pub(crate) struct Function {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// `f` for a function, `p` for a procedure, else an aggregate or window function.
    pub(crate) kind: char,
    /// `i`mmutable, `s`table or `v`olatile.
    pub(crate) volatility: char,
    /// Whether it gives rows and not one.
    pub(crate) rows: bool,
    pub(crate) void: bool,
    pub(crate) composite: bool,
    pub(crate) variadic: bool,
    /// How many arguments it takes.
    pub(crate) given: usize,
    /// How many of the last of them may be missing.
    pub(crate) defaults: usize,
    pub(crate) comment: Option<String>,
    pub(crate) executable: bool,
    pub(crate) arguments: Vec<Argument>,
}

/// One argument of a function.
#[derive(Debug, Deserialize)]
pub(crate) struct Argument {
    /// Empty where it has none.
    pub(crate) name: String,
    /// `i`n, `o`ut, `b`oth, `v`ariadic or a column of the `t`able it gives.
    pub(crate) mode: char,
    /// The object id of its type.
    #[serde(rename = "type")]
    pub(crate) type_id: u32,
}

/// The functions of this name: in `schema`, or in all schemas that are looked at where it is empty.
pub(crate) async fn named(
    session: &mut Session,
    schemas: &[String],
    schema: &str,
    name: &str,
) -> Result<Vec<Function>> {
    let schemas = serde_json::to_string(schemas).map_err(Error::internal)?;
    let statement = Statement::fixed(FUNCTIONS, &[&schemas, name, schema]);
    let rows = session.query(&statement).await.map_err(crate::error::introspecting)?;
    let json = rows.into_iter().filter_map(|row| row.into_iter().next().and_then(Cell::text));
    json.map(|text| serde_json::from_str(&text).map_err(Error::internal)).collect()
}
