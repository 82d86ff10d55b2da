use connector::{Error, ErrorKind, Identifier, Outcome, Result, Update};
use sea_query::{Alias, Expr, LockType, Query, SelectStatement};
use serde_json::{Map, Value};

use super::write::{Failed, Values, atomically, bound, denied, first, given, rereading, values};
use super::{Work, raw, references, version};
use crate::catalog::Offered;
use crate::error::{self, Doing};
use crate::pool::{Cell, Row, Session};
use crate::schema::{Engine, ForeignKey};
use crate::sql::scope::Scope;
use crate::sql::{Build, Statement, key, show, table};

pub(crate) async fn update(work: Work<'_>, update: Update) -> Result<Outcome> {
    let offered = work.snapshot.offer(&update.collection)?;
    let if_version = version::wanted(&update.options)?;
    let amended = prepare(&work, &offered, &update.identifier, &update.data, if_version)?;
    let row = atomically(
        &work,
        &offered,
        Doing::Setting,
        || given(&amended.values),
        async |session| run(session, &work, &offered, &amended).await,
    )
    .await?;
    let (json, id) = shown(&offered, row, if_version.is_some());
    Ok(Outcome { data: Some(raw(json)?), id, ..Outcome::default() })
}

/// New values for one row, ready to be written.
pub(super) struct Amended<'v> {
    find: Statement,
    pub(super) values: Values<'v>,
    if_version: Option<&'v str>,
}

/// Checks what can be checked before the database is asked.
pub(super) fn prepare<'v>(
    work: &Work<'_>,
    offered: &Offered<'_>,
    identifier: &Identifier,
    data: &'v Map<String, Value>,
    if_version: Option<&'v str>,
) -> Result<Amended<'v>> {
    let scope = work.scope();
    if !scope.fits(offered.offer.table) {
        return Err(Error::not_found(&offered.collection.name));
    }
    let values = new_values(work, offered, data)?;
    let mut find = locate(&scope, offered, |alias| key::named(offered, alias, identifier))?;
    if if_version.is_some() {
        version::ask(&mut find.select, offered, &find.alias)?;
    }
    Ok(Amended { find: find.select.statement(scope.snapshot.engine()), values, if_version })
}

/// The values to set, if there are any and each may be.
pub(super) fn new_values<'v>(
    work: &Work<'_>,
    offered: &Offered<'_>,
    data: &'v Map<String, Value>,
) -> Result<Values<'v>> {
    let values = values(work, offered, data, |field| field.updatable)?;
    if values.is_empty() {
        return Err(Error::invalid("`data` must name at least one field to change."));
    }
    // Misfits are told before the row is looked for, so that they are told for rows of anybody.
    for (at, value) in &values {
        bound(offered, *at, value)?;
    }
    Ok(values)
}

/// Writes them. The row as its owner sees it, followed by the identifier's values and, where a version was asked for,
/// what the new one is made of.
pub(super) async fn run(
    session: &mut Session,
    work: &Work<'_>,
    offered: &Offered<'_>,
    amended: &Amended<'_>,
) -> Result<Row, Failed> {
    let mut cells = found(session, offered, &amended.find).await?;
    if let Some(expected) = amended.if_version {
        version::check(offered, cells.pop(), expected)?;
    }
    change_row(session, work, offered, &amended.values, &cells, amended.if_version.is_some()).await
}

/// The row that a statement of [`locate`] finds.
pub(super) async fn found(session: &mut Session, offered: &Offered<'_>, find: &Statement) -> Result<Row, Failed> {
    let missing = || Error::not_found(&offered.collection.name);
    let found = first(session, find).await.map_err(|error| match error::is_misfit(&error) {
        true => Failed::Said(missing().with_source(error)),
        false => Failed::Driver(error),
    })?;
    Ok(found.ok_or_else(missing)?)
}

/// The same, where none is no fault.
pub(super) async fn found_if(session: &mut Session, find: &Statement) -> Result<Option<Row>, Failed> {
    Ok(first(session, find).await?)
}

/// Sets values in the row of this key, which is the caller's and is held.
pub(super) async fn change_row(
    session: &mut Session,
    work: &Work<'_>,
    offered: &Offered<'_>,
    values: &Values<'_>,
    cells: &[Cell],
    versioned: bool,
) -> Result<Row, Failed> {
    let (checks, change, reread) = {
        let scope = work.scope();
        let row = |alias: &str| key::given(offered, alias, cells);
        let checks = references::checks(&scope, offered, values, Some(&row))?;
        let change = change(offered, values, cells)?;
        let touched = |key: &ForeignKey| key.columns.iter().any(|at| values.iter().any(|(column, _)| column == at));
        let sound = |alias: &str| references::sound(&scope, offered, touched, alias);
        let mut reread = rereading(&scope, offered, cells, sound);
        if versioned {
            version::ask(&mut reread.select, offered, &reread.alias)?;
        }
        (checks, change, reread.select.statement(scope.snapshot.engine()))
    };
    references::hold(session, offered, &checks).await?;
    if !values.is_empty() {
        let changed = session.execute(&change).await.map_err(|error| denied(offered, error, || moved(offered)))?;
        // None where the database's own policies let the row be seen and not changed.
        if work.snapshot.owners.scope != crate::Scope::Owner && changed == 0 {
            return Err(Error::not_found(&offered.collection.name).into());
        }
    }
    Ok(first(session, &reread).await?.ok_or_else(|| moved(offered))?)
}

/// A changed row's JSON and identifier, from what [`run`] gave.
pub(super) fn shown(offered: &Offered<'_>, mut row: Row, versioned: bool) -> (String, Option<Value>) {
    let version = versioned.then(|| version::of(offered, row.pop()));
    let mut cells = row.into_iter();
    let json = cells.next().and_then(Cell::text).unwrap_or_else(|| "null".into());
    let json = match version.flatten() {
        Some(version) => version::joined(offered, json, &version),
        None => json,
    };
    (json, key::identifier(offered, cells.collect()))
}

/// A statement under way and what its table is called in it.
pub(super) struct Located {
    pub(super) select: SelectStatement,
    pub(super) alias: String,
}

/// The whole primary key of a row of the caller's, held until the transaction ends.
pub(super) fn locate(
    scope: &Scope<'_>,
    offered: &Offered<'_>,
    which: impl FnOnce(&str) -> Result<Expr>,
) -> Result<Located> {
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
        Engine::Postgres if scope.snapshot.locks() => select.lock_with_tables(LockType::Update, [Alias::new(&alias)]),
        Engine::MySql => select.lock(LockType::Update),
        Engine::Sqlite | Engine::Postgres => &mut select,
    };
    Ok(Located { select, alias })
}

fn change(offered: &Offered<'_>, values: &Values<'_>, cells: &[Cell]) -> Result<Statement> {
    let described = offered.table();
    let mut update = Query::update();
    update.table(table(described)).and_where(key::given(offered, &described.name, cells));
    for (at, value) in values {
        update.value(Alias::new(&described.columns[*at].name), bound(offered, *at, value)?);
    }
    if let Some((column, next)) = version::next(offered) {
        update.value(column, next);
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
