use connector::{Error, ErrorKind, Outcome, Result, Update};
use sea_query::{Alias, Expr, LockType, Query};

use super::write::{Failed, Values, atomically, bound, denied, first, reread, values};
use super::{Work, raw, references};
use crate::catalog::Offered;
use crate::error::{self, Doing};
use crate::pool::{Cell, Row};
use crate::schema::Engine;
use crate::sql::scope::Scope;
use crate::sql::{Build, Statement, key, show, table};

pub(crate) async fn update(work: Work<'_>, update: Update) -> Result<Outcome> {
    let offered = work.snapshot.offer(&update.collection)?;
    let missing = || Error::not_found(&offered.collection.name);
    let (find, values) = {
        let scope = work.scope();
        if !scope.fits(offered.offer.table) {
            return Err(missing());
        }
        let values = values(&work, &offered, &update.data, |field| field.updatable)?;
        if values.is_empty() {
            return Err(Error::invalid("`data` must name at least one field to change."));
        }
        // Misfits are told before the row is looked for, so that they are told for rows of anybody.
        for (at, value) in &values {
            bound(&offered, *at, value)?;
        }
        (find(&scope, &offered, |alias| key::named(&offered, alias, &update.identifier))?, values)
    };
    let mut updated = atomically(&work, &offered, Doing::Setting, &values, async |session| {
        let found = first(session, &find).await.map_err(|error| match error::is_misfit(&error) {
            true => Failed::Said(missing().with_source(error)),
            false => Failed::Driver(error),
        })?;
        let cells = found.ok_or_else(missing)?;
        let (checks, change, reread) = {
            let scope = work.scope();
            let row = |alias: &str| key::given(&offered, alias, &cells);
            let checks = references::checks(&scope, &offered, &values, Some(&row))?;
            let change = change(&offered, &values, &cells)?;
            let touched = |key: &crate::schema::ForeignKey| {
                key.columns.iter().any(|at| values.iter().any(|(column, _)| column == at))
            };
            let sound = |alias: &str| references::sound(&scope, &offered, touched, alias);
            (checks, change, reread(&scope, &offered, &cells, sound))
        };
        references::hold(session, &offered, &checks).await?;
        // None where the database's own policies let the row be seen and not changed.
        if session.execute(&change).await.map_err(|error| denied(&offered, error, || moved(&offered)))? == 0 {
            return Err(missing().into());
        }
        Ok::<Row, Failed>(first(session, &reread).await?.ok_or_else(|| moved(&offered))?)
    })
    .await?
    .into_iter();
    let json = updated.next().and_then(Cell::text).unwrap_or_else(|| "null".into());
    Ok(Outcome { data: Some(raw(json)?), id: key::identifier(&offered, updated.collect()), ..Outcome::default() })
}

/// The whole primary key of a row of the caller's, held until the transaction ends.
pub(super) fn find(
    scope: &Scope<'_>,
    offered: &Offered<'_>,
    which: impl FnOnce(&str) -> Result<Expr>,
) -> Result<Statement> {
    let engine = scope.snapshot.engine();
    let described = offered.table();
    let alias = scope.alias();
    let mut select = Query::select();
    for at in &described.key {
        select.expr(show::cell(engine, &described.columns[*at], Some(&alias)));
    }
    select
        .from(table(described).alias(Alias::new(&alias)))
        .and_where(which(&alias)?)
        .and_where(scope.visible(offered.offer.table, &alias));
    match engine {
        _ if !scope.snapshot.locks() => &mut select,
        // MariaDB has no `OF`. Rows of subqueries are not locked.
        Engine::MySql => select.lock(LockType::Update),
        Engine::Postgres | Engine::Sqlite => select.lock_with_tables(LockType::Update, [Alias::new(&alias)]),
    };
    Ok(select.statement(engine))
}

fn change(offered: &Offered<'_>, values: &Values<'_>, cells: &[Cell]) -> Result<Statement> {
    let described = offered.table();
    let mut update = Query::update();
    update.table(table(described)).and_where(key::given(offered, &described.name, cells));
    for (at, value) in values {
        update.value(Alias::new(&described.columns[*at].name), bound(offered, *at, value)?);
    }
    Ok(update.statement(offered.snapshot.engine()))
}

/// A trigger gave the row, or what it refers to, to somebody else.
fn moved(offered: &Offered<'_>) -> Error {
    Error::new(
        ErrorKind::PermissionDenied,
        format!(
            "After this the item in {} would no longer be yours alone, so nothing was changed.",
            offered.collection.name
        ),
    )
}
