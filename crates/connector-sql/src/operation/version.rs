//! Versions of rows, by which a change can be made only if nobody else made one.

use aws_lc_rs::digest::{SHA256, digest};
use connector::{Error, ErrorKind, Result};
use sea_query::{Alias, Expr, ExprTrait, Func, SelectStatement};
use serde_json::{Map, Value};

use super::row;
use crate::catalog::{Offered, Version};
use crate::pool::Cell;
use crate::schema::{Engine, Kind};
use crate::sql::{cast, column};

/// How many bytes of a row's digest make its version.
const DIGEST_BYTES: usize = 12;

/// The `if_version` argument.
pub(super) fn wanted(options: &Map<String, Value>) -> Result<Option<&str>> {
    match options.get("if_version") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(version)) => Ok(Some(version)),
        Some(_) => Err(Error::invalid("`if_version` must be a text, as `get` gives it.")),
    }
}

/// Whether an answer shows versions: `get` always, where there are any, and any answer whose `fields` name them. Gives
/// the other fields too.
pub(super) fn asked(offered: &Offered<'_>, fields: Option<&[String]>, always: bool) -> (bool, Option<Vec<String>>) {
    let Some(version) = &offered.offer.version else { return (false, fields.map(<[String]>::to_vec)) };
    let Some(fields) = fields else { return (always, None) };
    let others: Vec<String> = fields.iter().filter(|name| **name != version.name).cloned().collect();
    (others.len() < fields.len(), Some(others))
}

/// Adds what the version is made of, as the last value.
pub(super) fn ask(select: &mut SelectStatement, offered: &Offered<'_>, alias: &str) -> Result<()> {
    let version = offered.offer.version.as_ref().ok_or_else(|| unversioned(offered))?;
    select.expr(match version.column {
        Some(at) => {
            let text = match offered.snapshot.engine() {
                Engine::Sqlite => "TEXT",
                Engine::Postgres => "text",
                Engine::MySql => "char",
            };
            cast(column(Some(alias), &offered.column(at).name), text)
        }
        None => row(offered, Some(alias), &offered.offer.fields),
    });
    Ok(())
}

/// The version, from what [`ask`] asked for. A digest of what the caller can see of the row: nothing hidden can be
/// guessed from it.
pub(super) fn of(offered: &Offered<'_>, cell: Option<Cell>) -> Option<String> {
    let text = cell.and_then(Cell::text).unwrap_or_default();
    Some(match offered.offer.version.as_ref()?.column {
        Some(_) => text,
        None => of_row(&text),
    })
}

/// The version of a row that has no column for it, from all of its JSON.
pub(super) fn of_row(json: &str) -> String {
    digest(&SHA256, json.as_bytes()).as_ref().iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the row's own JSON is what its version is made of.
pub(super) fn is_of(version: &Version, offered: &Offered<'_>, columns: &[usize]) -> bool {
    version.column.is_none() && offered.offer.fields == columns
}

/// An item's JSON with its version.
pub(super) fn joined(offered: &Offered<'_>, mut json: String, version: &str) -> String {
    if let Some(known) = &offered.offer.version
        && json.pop() == Some('}')
    {
        let comma = if json.len() > 1 { "," } else { "" };
        json.push_str(&format!("{comma}{}:{}}}", Value::from(known.name.as_str()), Value::from(version)));
    }
    json
}

/// Refuses where the row is of another version.
pub(super) fn check(offered: &Offered<'_>, cell: Option<Cell>, expected: &str) -> Result<()> {
    match of(offered, cell) {
        Some(version) if version == expected => Ok(()),
        Some(_) => Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "The item in {} was changed since that `if_version`. Get it again and decide anew.",
                offered.collection.name
            ),
        )),
        None => Err(unversioned(offered)),
    }
}

/// What an update sets the version's column to: the next number, or the time.
pub(super) fn next(offered: &Offered<'_>) -> Option<(Alias, Expr)> {
    let described = offered.column(offered.offer.version.as_ref()?.column?);
    let name = || Alias::new(&described.name);
    let next = match (&described.kind, offered.snapshot.engine()) {
        (Kind::Integer { .. }, _) => {
            Expr::from(Func::coalesce([Expr::col(name()), Expr::cust("0")])).add(Expr::cust("1"))
        }
        (_, Engine::Sqlite) => Expr::cust("strftime('%Y-%m-%d %H:%M:%f', 'now')"),
        (_, Engine::Postgres) => Expr::cust("clock_timestamp()"),
        (_, Engine::MySql) => Expr::cust("SYSDATE(6)"),
    };
    Some((name(), next))
}

fn unversioned(offered: &Offered<'_>) -> Error {
    let message = format!("Items of {} have no version. Leave out `if_version`.", offered.collection.name);
    Error::new(ErrorKind::Unsupported, message)
}
