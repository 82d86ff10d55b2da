use connector::{Create, Error, ErrorKind, Outcome, Result};
use sea_query::{Alias, Expr, Query, ReturningClause};
use serde_json::{Map, Value};

use super::write::{Failed, Values, atomically, bound, denied, first, given, reread, values};
use super::{Work, created, raw, references, row, upsert};
use crate::catalog::Offered;
use crate::error::Doing;
use crate::ownership::Bond;
use crate::pool::{Cell, Row, Session};
use crate::schema::{Engine, ForeignKey};
use crate::sql::scope::Scope;
use crate::sql::{Build, Statement, key, show, table};

pub(crate) async fn create(work: Work<'_>, create: Create) -> Result<Outcome> {
    let offered = work.snapshot.offer(&create.collection)?;
    let upsert = upsert::is_asked(&create.options);
    let new = prepare(&work, &offered, &create.data, upsert)?;
    let mut made = write(&work, &offered, &new).await;
    if upsert::again(upsert, &made) {
        made = write(&work, &offered, &new).await;
    }
    let made = made?;
    let mut cells = made.row.into_iter();
    let json = cells.next().and_then(Cell::text).unwrap_or_else(|| "null".into());
    let notices = made.was_there.then(|| upsert::NOTICE.to_owned()).into_iter().collect();
    let id = key::identifier(&offered, cells.collect());
    Ok(Outcome { data: Some(raw(json)?), id, notices, ..Outcome::default() })
}

async fn write(work: &Work<'_>, offered: &Offered<'_>, new: &New<'_>) -> Result<Made> {
    atomically(
        work,
        offered,
        Doing::Setting,
        || given(&new.values),
        async |session| run(session, work, offered, new).await,
    )
    .await
}

/// A new row, ready to be written.
pub(super) struct New<'v> {
    insert: Statement,
    checks: Vec<(&'v ForeignKey, Statement)>,
    pub(super) values: Values<'v>,
    existing: Vec<upsert::Existing<'v>>,
}

/// What became of a new row: as its owner sees it, followed by the identifier's values.
pub(super) struct Made {
    pub(super) row: Row,
    /// Whether it was there already, and was changed.
    pub(super) was_there: bool,
}

/// Checks what can be checked before the database is asked.
pub(super) fn prepare<'v>(
    work: &Work<'_>,
    offered: &Offered<'v>,
    data: &'v Map<String, Value>,
    upsert: bool,
) -> Result<New<'v>> {
    let scope = work.scope();
    if !scope.fits(offered.offer.table) {
        return Err(not_yours(offered));
    }
    let values = values(work, offered, data, |field| field.creatable)?;
    if let Some(missing) =
        offered.collection.fields.iter().find(|field| field.required && !data.contains_key(&field.name))
    {
        return Err(Error::invalid(format!("`{}` is missing: {} needs it.", missing.name, offered.collection.name)));
    }
    let existing = if upsert { upsert::existing(&scope, offered, &values)? } else { Vec::new() };
    let checks = references::checks(&scope, offered, &values, None)?;
    Ok(New { insert: insert(&scope, offered, &values, Vec::new())?, checks, values, existing })
}

/// Writes it.
pub(super) async fn run(
    session: &mut Session,
    work: &Work<'_>,
    offered: &Offered<'_>,
    new: &New<'_>,
) -> Result<Made, Failed> {
    for existing in &new.existing {
        if let Some(row) = upsert::change(session, work, offered, existing).await? {
            return Ok(Made { row, was_there: true });
        }
    }
    references::hold(session, offered, &new.checks).await?;
    let cells = match work.pool.engine() {
        Engine::MySql => created::key(work, offered, session, &new.values).await?,
        Engine::Sqlite | Engine::Postgres => {
            let made = first(session, &new.insert).await;
            made.map_err(|error| denied(offered, error, || not_yours(offered)))?.ok_or_else(|| not_yours(offered))?
        }
    };
    if offered.table().key.is_empty() {
        return Ok(Made { row: cells, was_there: false });
    }
    // As it is now, after defaults and triggers: it must still be the caller's and refer to nobody else's.
    let reread = {
        let scope = work.scope();
        reread(&scope, offered, &cells, |alias| references::sound(&scope, offered, |_| true, alias))
    };
    let row = first(session, &reread).await?.ok_or_else(|| not_yours(offered))?;
    Ok(Made { row, was_there: false })
}

/// `more` are columns with values that are already bound.
pub(super) fn insert(
    scope: &Scope<'_>,
    offered: &Offered<'_>,
    values: &Values<'_>,
    more: Vec<(usize, Expr)>,
) -> Result<Statement> {
    let engine = scope.snapshot.engine();
    let described = offered.table();
    let mut columns = Vec::new();
    let mut exprs = Vec::new();
    for (at, value) in values {
        columns.push(Alias::new(&described.columns[*at].name));
        exprs.push(bound(offered, *at, value)?);
    }
    for bond in &offered.owned().bonds {
        if values.iter().any(|(at, _)| *at == bond.column) {
            continue;
        }
        columns.push(Alias::new(&described.columns[bond.column].name));
        exprs.push(scope.own(offered.offer.table, bond).ok_or_else(|| undecided(scope, offered, bond))?);
    }
    for (at, expr) in more {
        columns.push(Alias::new(&described.columns[at].name));
        exprs.push(expr);
    }
    let mut insert = Query::insert();
    insert.into_table(table(described));
    if columns.is_empty() {
        insert.or_default_values();
    } else {
        insert.columns(columns).values(exprs).map_err(Error::internal)?;
    }
    let returned: Vec<Expr> = match described.key.as_slice() {
        [] => vec![row(offered, None, &offered.offer.fields)],
        key => key.iter().map(|at| show::cell(engine, &described.columns[*at], None)).collect(),
    };
    if engine != Engine::MySql {
        insert.returning(ReturningClause::Exprs(returned));
    }
    Ok(insert.statement(engine))
}

/// The caller has several of what a column holds, and did not say which.
fn undecided(scope: &Scope<'_>, offered: &Offered<'_>, bond: &Bond) -> Error {
    let own = bond.holds.values(scope.caller);
    if own.len() < 2 {
        return not_yours(offered);
    }
    let name = &offered.column(bond.column).name;
    Error::invalid(match bond.field {
        true => format!("`{name}` is missing. It must be one of yours: {}.", own.join(", ")),
        false => format!(
            "You have several of `{name}`, and a new item in {} is of one. Ask whoever runs this to let you choose: \
             its claim in the configuration needs [] at its end.",
            offered.collection.name
        ),
    })
}

/// The caller's id does not fit, or a default or trigger gave the row to somebody else.
pub(super) fn not_yours(offered: &Offered<'_>) -> Error {
    Error::new(
        ErrorKind::PermissionDenied,
        format!("A new item in {} would not be yours, so none was created.", offered.collection.name),
    )
}
