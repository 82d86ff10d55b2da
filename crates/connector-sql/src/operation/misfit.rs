//! Values that do not fit their column's type. PostgreSQL says that one does not, but not which.

use connector::{Comparison, Error, Filter, Result};
use sea_query::Query;
use serde_json::Value;

use super::Work;
use crate::catalog::Offered;
use crate::error;
use crate::ownership::Holds;
use crate::schema::{Column, Kind};
use crate::sql::scope::Unmet;
use crate::sql::{Build, bind, cast};

/// How many values are tried one by one to name the one that does not fit.
const TRIED_MAX: usize = 50;

/// Columns and the values that were to be read as their type.
pub(super) type Given = Vec<(usize, Value)>;

/// Told to a caller who can own nothing here.
pub(super) fn notice(work: &Work<'_>, offered: &Offered<'_>) -> String {
    let name = &offered.collection.name;
    match work.scope().unmet(offered.offer.table) {
        Some(Unmet::Missing(claim)) => {
            format!("Your sign-in says nothing of `{claim}`, by which {name} are kept, so none of them can be yours.")
        }
        Some(Unmet::Type(Holds::Claim { name: claim, .. })) => {
            format!(
                "`{claim}` of your sign-in is not of the type by which {name} are kept, so none of them can be yours."
            )
        }
        _ => format!("Your user id is not of the type by which {name} are kept, so none of them can be yours."),
    }
}

/// The values that a filter compares with.
pub(super) fn compared(offered: &Offered<'_>, filter: Option<&Filter>) -> Given {
    let mut given = Given::new();
    let mut left: Vec<&Filter> = filter.into_iter().collect();
    while let Some(filter) = left.pop() {
        match filter {
            Filter::And(filters) | Filter::Or(filters) => left.extend(filters),
            Filter::Not(filter) => left.push(filter),
            Filter::Compare { field, comparison } => {
                let values = match comparison {
                    Comparison::Eq(value)
                    | Comparison::Ne(value)
                    | Comparison::Lt(value)
                    | Comparison::Lte(value)
                    | Comparison::Gt(value)
                    | Comparison::Gte(value) => std::slice::from_ref(value),
                    Comparison::In(values) => values,
                    Comparison::Contains(_) | Comparison::StartsWith(_) | Comparison::IsNull(_) => &[],
                };
                let column = offered.field(field, |_| true);
                given.extend(column.into_iter().flat_map(|at| values.iter().map(move |value| (at, value.clone()))));
            }
        }
    }
    given
}

/// Why reading failed. Where PostgreSQL could not read one of several values, each is tried alone to name it.
pub(super) async fn explain(work: &Work<'_>, offered: &Offered<'_>, given: Given, error: sqlx::Error) -> Error {
    if !error::is_misfit(&error) {
        return error::reading(error);
    }
    match named(work, offered, given).await {
        Some(said) => said.with_source(error),
        None => {
            Error::invalid("A value does not fit the type of its field, or is too large for it.").with_source(error)
        }
    }
}

/// The sentence for the first value that does not fit.
pub(super) async fn named(work: &Work<'_>, offered: &Offered<'_>, given: Given) -> Option<Error> {
    for (at, value) in given.into_iter().take(TRIED_MAX) {
        let described = offered.column(at);
        let Ok(bound) = statement(work, described, &value) else { continue };
        if let Err(error) = work.pool.query(&bound).await
            && error::is_misfit(&error)
        {
            return Some(Error::invalid(format!("`{}` needs {}.", described.name, needed(described))));
        }
    }
    None
}

fn statement(work: &Work<'_>, described: &Column, value: &Value) -> Result<crate::sql::Statement> {
    let engine = work.pool.engine();
    let bound = bind::value(engine, described, &described.name, value)?;
    Ok(Query::select().expr(cast(cast(bound, &described.declared), "text")).statement(engine))
}

/// What a column's values must be, in words that follow "needs".
pub(crate) fn needed(described: &Column) -> String {
    match described.kind {
        Kind::Timestamp | Kind::TimestampTz => "a date and time such as 2026-01-31T09:30:00Z".into(),
        Kind::Date => "a date such as 2026-01-31".into(),
        Kind::Time => "a time such as 09:30:00".into(),
        Kind::Decimal { .. } | Kind::Float | Kind::Integer { .. } => {
            format!("a number that the type {} can hold", described.declared)
        }
        _ => format!("a value of the type {}", described.declared),
    }
}
