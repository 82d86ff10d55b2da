use connector::{Delete, Error, ErrorKind, Identifier, Outcome, Result};
use sea_query::{Alias, Expr, ExprTrait, Query};

use super::update::{found, locate};
use super::write::{Failed, atomically, first};
use super::{Work, cascade, version};
use crate::catalog::Offered;
use crate::error::Doing;
use crate::pool::{Cell, Row, Session};
use crate::schema::Engine;
use crate::sql::{Build, Statement, key, table};

/// How many rows one statement removes. SQLite bounds the depth of an expression.
const AT_ONCE_MAX: usize = 200;

pub(crate) async fn delete(work: Work<'_>, delete: Delete) -> Result<Outcome> {
    let offered = work.snapshot.offer(&delete.collection)?;
    let if_version = version::wanted(&delete.options)?;
    let find = prepare(&work, &offered, &delete.identifier, if_version.is_some())?;
    atomically(&work, &offered, Doing::Deleting, Vec::new, async |session| {
        let mut cells = found(session, &offered, &find).await?;
        if let Some(expected) = if_version {
            version::check(&offered, cells.pop(), expected)?;
        }
        alone(session, &work, &offered, &cells).await?;
        remove(session, &work, &offered, &[cells]).await
    })
    .await?;
    let id = match delete.identifier.single() {
        Some(value) => value.clone(),
        None => delete.identifier.parts().iter().cloned().collect::<serde_json::Map<_, _>>().into(),
    };
    Ok(Outcome { id: Some(id), ..Outcome::default() })
}

/// How to find the row.
pub(super) fn prepare(
    work: &Work<'_>,
    offered: &Offered<'_>,
    identifier: &Identifier,
    versioned: bool,
) -> Result<Statement> {
    let scope = work.scope();
    if !scope.fits(offered.offer.table) {
        return Err(Error::not_found(&offered.collection.name));
    }
    let mut find = locate(&scope, offered, |alias| key::named(offered, alias, identifier))?;
    if versioned {
        version::ask(&mut find.select, offered, &find.alias)?;
    }
    Ok(find.select.statement(scope.snapshot.engine()))
}

/// Refuses where rows that are not the caller's would go along.
pub(super) async fn alone(
    session: &mut Session,
    work: &Work<'_>,
    offered: &Offered<'_>,
    cells: &[Cell],
) -> Result<(), Failed> {
    if let Some(statement) = taken_along(work, offered, cells)
        && !session.query_unsecured(&statement).await?.is_empty()
    {
        return Err(Error::new(
            ErrorKind::Conflict,
            "Items that are not yours depend on this one and would go with it, so it was not deleted.",
        )
        .into());
    }
    Ok(())
}

/// Removes the rows of these keys, which are the caller's and are held.
pub(super) async fn remove(
    session: &mut Session,
    work: &Work<'_>,
    offered: &Offered<'_>,
    rows: &[Row],
) -> Result<(), Failed> {
    // Together, so that rows which refer to each other go in one statement.
    let engine = work.pool.engine();
    // MySQL looks after each row, so later ones, which tend to refer to earlier ones, go first.
    let at_once = if engine == Engine::MySql { 1 } else { AT_ONCE_MAX };
    for rows in rows.rchunks(at_once) {
        let named = |cells: &Row| key::given(offered, &offered.table().name, cells);
        let any = rows.iter().map(named).reduce(Expr::or).unwrap_or_else(crate::sql::never);
        let remove = Query::delete().from_table(table(offered.table())).and_where(any.clone()).statement(engine);
        if session.execute(&remove).await? < rows.len() as u64 {
            // Some went along with others, or the database's own policies let them be seen and not deleted.
            let left = Query::select().expr(Expr::cust("'1'")).from(table(offered.table())).and_where(any).take();
            if first(session, &left.statement(engine)).await?.is_some() {
                return Err(Error::not_found(&offered.collection.name).into());
            }
        }
    }
    Ok(())
}

/// Finds the row if deleting it would delete or change rows that are not the caller's.
fn taken_along(work: &Work<'_>, offered: &Offered<'_>, cells: &[Cell]) -> Option<Statement> {
    if work.snapshot.owners.scope == crate::Scope::Rls {
        // Whose rows are whose, and what goes with what, is the database's business alone.
        return None;
    }
    let scope = work.scope();
    let alias = scope.alias();
    let beyond = cascade::beyond_caller(&scope, offered.offer.table, &alias)?;
    let mut select = Query::select();
    select
        .expr(Expr::cust("'1'"))
        .from(table(offered.table()).alias(Alias::new(&alias)))
        .and_where(key::given(offered, &alias, cells))
        .and_where(beyond);
    Some(select.statement(work.pool.engine()))
}
