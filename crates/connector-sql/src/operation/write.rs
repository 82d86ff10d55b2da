//! What writes have in common.

use connector::{Error, ErrorKind, Result};
use sea_query::{Alias, Expr, Query};
use serde_json::{Map, Value};

use super::update::Located;
use super::{Work, misfit, row};
use crate::Scope as Walls;
use crate::catalog::Offered;
use crate::error::{self, Doing};
use crate::ownership::Bond;
use crate::pool::{Cell, Purpose, Row, Session};
use crate::sql::scope::Scope;
use crate::sql::{Build, Statement, bind, key, table};

/// Columns and the values they are to have.
pub(super) type Values<'a> = Vec<(usize, &'a Value)>;

/// The values of `data` by column, if each may be set. An owner who is the caller is left out; any other is refused.
pub(super) fn values<'a>(
    work: &Work<'_>,
    offered: &Offered<'_>,
    data: &'a Map<String, Value>,
    allowed: impl Fn(&connector::Field) -> bool + Copy,
) -> Result<Values<'a>> {
    let mut values = Vec::with_capacity(data.len());
    for (name, value) in data {
        if let Some(bond) = bond(offered, name) {
            let own = bond.holds.values(work.caller);
            let same = match value {
                Value::String(text) => own.contains(text),
                Value::Number(number) => own.contains(&number.to_string()),
                _ => false,
            };
            if same && own.len() == 1 {
                continue;
            }
            if !same {
                return Err(Error::new(
                    ErrorKind::IdentityMismatch,
                    format!("`{name}` says whose this is, and that is always you. Leave it out."),
                ));
            }
        }
        let at = offered.field(name, allowed).ok_or_else(|| {
            let known: Vec<_> =
                offered.collection.fields.iter().filter(|field| allowed(field)).map(|field| &*field.name).collect();
            Error::invalid(format!(
                "`{name}` of {} cannot be set here. What can be set: {}.",
                offered.collection.name,
                known.join(", ")
            ))
        })?;
        let nullable = offered.collection.field(name).is_some_and(|field| field.nullable);
        if value.is_null() && !nullable {
            return Err(Error::invalid(format!("`{name}` must have a value.")));
        }
        values.push((at, value));
    }
    Ok(values)
}

/// The bond of a field that holds something of the owner's, shown (a key that is also the owner) or not.
fn bond<'a>(offered: &Offered<'a>, name: &str) -> Option<&'a Bond> {
    offered.owned().bonds.iter().find(|bond| offered.column(bond.column).name == name)
}

/// The row of this key as its owner sees it, followed by the identifier's values. Nothing where it is not the
/// caller's or breaks `also`.
pub(super) fn reread(
    scope: &Scope<'_>,
    offered: &Offered<'_>,
    cells: &[Cell],
    also: impl FnOnce(&str) -> Expr,
) -> Statement {
    rereading(scope, offered, cells, also).select.statement(scope.snapshot.engine())
}

/// The same, for more to be asked along with it.
pub(super) fn rereading(
    scope: &Scope<'_>,
    offered: &Offered<'_>,
    cells: &[Cell],
    also: impl FnOnce(&str) -> Expr,
) -> Located {
    let alias = scope.alias();
    let select = Query::select()
        .expr(row(offered, Some(&alias), &offered.offer.fields))
        .exprs(key::shown(offered, Some(&alias)))
        .from(table(offered.table()).alias(Alias::new(&alias)))
        .and_where(key::given(offered, &alias, cells))
        .and_where(scope.visible(offered.offer.table, &alias))
        .and_where(also(&alias))
        .take();
    Located { select, alias }
}

/// Values for [`atomically`].
pub(super) fn given(values: &Values<'_>) -> misfit::Given {
    values.iter().map(|(at, value)| (*at, (*value).clone())).collect()
}

/// A value for a column, its error naming the field.
pub(super) fn bound(offered: &Offered<'_>, at: usize, value: &Value) -> Result<Expr> {
    let described = offered.column(at);
    bind::value(offered.snapshot.engine(), described, &described.name, value)
}

/// The first row, if there is one.
pub(super) async fn first(session: &mut Session, statement: &Statement) -> sqlx::Result<Option<Row>> {
    Ok(session.query(statement).await?.into_iter().next())
}

/// Runs `steps` in a transaction: kept where they succeed, undone where they fail. `values` are those that were being
/// set, of which one may not fit.
pub(super) async fn atomically<T>(
    work: &Work<'_>,
    offered: &Offered<'_>,
    doing: Doing,
    values: impl FnOnce() -> misfit::Given,
    steps: impl AsyncFnOnce(&mut Session) -> Result<T, Failed>,
) -> Result<T> {
    let mut session = work.pool.session(Purpose::Write).await.map_err(error::reading)?;
    let failed = match steps(&mut session).await {
        Ok(done) => {
            session.finish().await.map_err(|error| error::writing(offered, doing, error))?;
            return Ok(done);
        }
        Err(failed) => failed,
    };
    session.undo().await;
    let error = match failed {
        Failed::Said(error) => return Err(error),
        Failed::Driver(error) => error,
    };
    if error::is_misfit(&error)
        && let Some(said) = misfit::named(work, offered, values()).await
    {
        return Err(said.with_source(error));
    }
    Err(error::writing(offered, doing, error))
}

/// What a policy of the database's refuses would not have been the caller's.
pub(super) fn denied(offered: &Offered<'_>, error: sqlx::Error, said: impl FnOnce() -> Error) -> Failed {
    // https://www.postgresql.org/docs/current/errcodes-appendix.html: insufficient_privilege
    let is_denied = error.as_database_error().and_then(|error| error.code()).as_deref() == Some("42501");
    match offered.snapshot.owners.scope {
        Walls::Rls | Walls::Both if is_denied => Failed::Said(said().with_source(error)),
        _ => Failed::Driver(error),
    }
}

/// Why a write stopped.
pub(super) enum Failed {
    Said(Error),
    Driver(sqlx::Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Said(error)
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}
