use connector::{Delete, Error, ErrorKind, Outcome, Result};
use sea_query::{Alias, Expr, Query};

use super::update::find;
use super::write::{Failed, atomically, first};
use super::{Work, cascade};
use crate::catalog::Offered;
use crate::error::{self, Doing};
use crate::pool::Cell;
use crate::sql::{Build, Statement, key, table};

pub(crate) async fn delete(work: Work<'_>, delete: Delete) -> Result<Outcome> {
    let offered = work.snapshot.offer(&delete.collection)?;
    let missing = || Error::not_found(&offered.collection.name);
    let find = {
        let scope = work.scope();
        if !scope.fits(offered.offer.table) {
            return Err(missing());
        }
        find(&scope, &offered, |alias| key::named(&offered, alias, &delete.identifier))?
    };
    atomically(&work, &offered, Doing::Deleting, &Vec::new(), async |session| {
        let found = first(session, &find).await.map_err(|error| match error::is_misfit(&error) {
            true => Failed::Said(missing().with_source(error)),
            false => Failed::Driver(error),
        })?;
        let cells = found.ok_or_else(missing)?;
        if let Some(statement) = taken_along(&work, &offered, &cells)
            && !session.query_unsecured(&statement).await?.is_empty()
        {
            return Err(Error::new(
                ErrorKind::Conflict,
                "Items that are not yours depend on this one and would go with it, so it was not deleted.",
            )
            .into());
        }
        let remove = Query::delete()
            .from_table(table(offered.table()))
            .and_where(key::given(&offered, &offered.table().name, &cells))
            .statement(work.pool.engine());
        // None where the database's own policies let the row be seen and not deleted.
        if session.execute(&remove).await? == 0 {
            return Err(missing().into());
        }
        Ok::<(), Failed>(())
    })
    .await?;
    let id = match delete.identifier.single() {
        Some(value) => value.clone(),
        None => delete.identifier.parts().iter().cloned().collect::<serde_json::Map<_, _>>().into(),
    };
    Ok(Outcome { id: Some(id), ..Outcome::default() })
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
