//! One file for each operation.

mod aggregate;
mod batch;
mod bulk;
mod cascade;
mod create;
mod created;
mod delete;
mod expand;
mod get;
mod invoke;
mod list;
mod misfit;
mod page;
mod references;
mod update;
mod upsert;
mod version;
mod write;

pub(crate) use aggregate::aggregate;
pub(crate) use batch::batch;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use invoke::invoke;
pub(crate) use list::list;
pub(crate) use misfit::needed;
pub(crate) use update::update;

use access::Caller;
use connector::{Context, Error, Result};
use sea_query::Expr;
use serde_json::value::RawValue;

use crate::catalog::{Offered, Snapshot};
use crate::pool::Connections;
use crate::sql::scope::Scope;
use crate::sql::show;

/// What every operation works with.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    /// Connections that are this caller's for as long as they are used.
    pub(crate) pool: Connections<'a>,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) caller: &'a Caller,
    pub(crate) context: &'a Context,
}

impl<'a> Work<'a> {
    fn scope(&self) -> Scope<'a> {
        Scope::new(self.snapshot, self.caller)
    }
}

/// The columns that an answer shows: those asked for, else all (of a list: all that lists show).
/// None only where nothing but the version is shown.
fn columns(offered: &Offered<'_>, fields: Option<&[String]>, listing: bool, versioned: bool) -> Result<Vec<usize>> {
    let Some(fields) = fields else {
        let shown = offered.collection.fields.iter().zip(&offered.offer.fields);
        let columns: Vec<usize> = shown.filter(|(field, _)| field.listed || !listing).map(|(_, at)| *at).collect();
        return Ok(if columns.is_empty() { offered.offer.fields.clone() } else { columns });
    };
    let mut columns = Vec::new();
    for name in fields {
        let at = offered
            .field(name, |_| true)
            .ok_or_else(|| Error::invalid(format!("`{name}` is not a field of {}.", offered.collection.name)))?;
        if !columns.contains(&at) {
            columns.push(at);
        }
    }
    if columns.is_empty() && !versioned {
        return Err(Error::invalid("`fields` must name at least one field."));
    }
    Ok(columns)
}

fn row(offered: &Offered<'_>, alias: Option<&str>, columns: &[usize]) -> Expr {
    if columns.is_empty() {
        return Expr::cust("'{}'");
    }
    show::row(offered.snapshot.engine(), offered.table(), alias, columns)
}

/// JSON text that the database wrote.
fn raw(json: String) -> Result<Box<RawValue>> {
    RawValue::from_string(json).map_err(Error::internal)
}

fn too_large(offered: &Offered<'_>, context: &Context) -> Error {
    Error::new(
        connector::ErrorKind::LimitExceeded,
        format!(
            "One item of {} is larger than the {} bytes that an answer may have. Ask for fewer fields.",
            offered.collection.name, context.result_bytes_max
        ),
    )
}

/// A number as the text that PostgreSQL's answers are made of.
fn as_text(engine: crate::schema::Engine, number: Expr) -> Expr {
    match engine {
        crate::schema::Engine::Sqlite => number,
        crate::schema::Engine::Postgres => crate::sql::cast(number, "text"),
        crate::schema::Engine::MySql => crate::sql::cast(number, "CHAR"),
    }
}
