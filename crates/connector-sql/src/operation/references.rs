//! Nothing may come to refer to what is not the caller's.

use sea_query::{Alias, Expr, ExprTrait, LockType, Query, SelectStatement};
use serde_json::Value;

use super::write::{Failed, Values, bound, first};
use crate::catalog::Offered;
use crate::error;
use crate::ownership::{Bond, Tie};
use crate::pool::Session;
use crate::schema::{Engine, ForeignKey, Form};
use crate::sql::scope::Scope;
use crate::sql::{Build, Statement, column, table};

/// Where a column's value in the new state of the row comes from.
enum From<'a> {
    Given(&'a Value),
    Caller(&'a Bond),
    /// The row as it is; its key's condition is at hand.
    Kept,
    /// The database's default, or null.
    Default,
}

/// The parents that a write would refer to, each checked and held until the transaction ends, before anything is
/// written: so a missing parent and another user's look the same, and no later constraint tells them apart.
pub(super) fn checks<'a>(
    scope: &Scope<'_>,
    offered: &Offered<'a>,
    values: &Values<'_>,
    row: Option<&dyn Fn(&str) -> Expr>,
) -> connector::Result<Vec<(&'a ForeignKey, Statement)>> {
    let mut checks = Vec::new();
    for key in leading(offered) {
        let sources: Vec<From<'_>> = key.columns.iter().map(|at| source(offered, values, *at, row.is_some())).collect();
        let touched = sources.iter().any(|source| matches!(source, From::Given(_)))
            || row.is_none() && sources.iter().any(|source| matches!(source, From::Caller(_)));
        let dangling = sources.iter().any(|source| matches!(source, From::Default | From::Given(Value::Null)));
        if !touched || dangling || !needs_check(scope, key) {
            continue;
        }
        checks.push((key, check(scope, offered, key, &sources, row)?));
    }
    // Whose a parent is comes before whether a shared one exists.
    checks.sort_by_key(|(key, _)| !scope.snapshot.owners.tables[key.table].by_user());
    Ok(checks)
}

/// Runs the checks.
pub(super) async fn hold(
    session: &mut Session,
    offered: &Offered<'_>,
    checks: &[(&ForeignKey, Statement)],
) -> Result<(), Failed> {
    for (key, check) in checks {
        match first(session, check).await {
            Ok(Some(_)) => {}
            Ok(None) => return Err(refused(offered, key).into()),
            Err(error) if error::is_misfit(&error) => {
                return Err(error::reference(offered, key).with_source(error).into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Holds for rows, of the table called `alias`, all of whose references are to what the caller may see.
pub(super) fn sound(
    scope: &Scope<'_>,
    offered: &Offered<'_>,
    touched: impl Fn(&ForeignKey) -> bool,
    alias: &str,
) -> Expr {
    let table = offered.table();
    let mut all = crate::sql::always();
    for key in table.foreign.iter().filter(|key| touched(key) && scope.snapshot.owners.tables[key.table].by_user()) {
        let unset = key
            .columns
            .iter()
            .map(|at| column(Some(alias), &table.columns[*at].name).is_null())
            .reduce(Expr::or)
            .unwrap_or_else(crate::sql::never);
        all = all.and(unset.or(scope.referring(offered.offer.table, alias, key)));
    }
    all
}

/// Every key by which a row leads to rows of others: its foreign keys, and the one that says whose members' it is.
fn leading<'a>(offered: &Offered<'a>) -> impl Iterator<Item = &'a ForeignKey> {
    let member = match &offered.owned().tie {
        Tie::Member(key) => Some(&**key),
        _ => None,
    };
    offered.table().foreign.iter().chain(member)
}

fn source<'v>(offered: &Offered<'v>, values: &Values<'v>, at: usize, exists: bool) -> From<'v> {
    match values.iter().find(|(column, _)| *column == at) {
        Some((_, value)) => From::Given(value),
        None if exists => From::Kept,
        None => offered.owned().bond(at).map_or(From::Default, From::Caller),
    }
}

/// Declared references to shared rows are the database's own business, except that SQLite does not say which failed.
fn needs_check(scope: &Scope<'_>, key: &ForeignKey) -> bool {
    scope.snapshot.owners.tables[key.table].by_user() || !key.declared || scope.snapshot.engine() == Engine::Sqlite
}

fn check(
    scope: &Scope<'_>,
    offered: &Offered<'_>,
    key: &ForeignKey,
    sources: &[From<'_>],
    row: Option<&dyn Fn(&str) -> Expr>,
) -> connector::Result<Statement> {
    let engine = scope.snapshot.engine();
    let child = offered.table();
    let parent = &scope.snapshot.schema.tables[key.table];
    let alias = scope.alias();
    let mut select: SelectStatement = Query::select();
    select.expr(Expr::cust("'1'")).from(table(parent).alias(Alias::new(&alias)));
    for ((target, at), source) in key.targets.iter().zip(&key.columns).zip(sources) {
        let described = &child.columns[*at];
        let held = column(Some(&alias), &parent.columns[*target].name);
        let value = match (source, row) {
            (From::Given(value), _) => bound(offered, *at, value)?,
            (From::Kept, Some(row)) => {
                let own = scope.alias();
                Query::select()
                    .expr(column(Some(&own), &described.name))
                    .from(table(child).alias(Alias::new(&own)))
                    .and_where(row(&own))
                    .take()
                    .into()
            }
            (From::Caller(bond), _) => scope.own(offered.offer.table, bond).unwrap_or_else(Expr::null),
            (From::Kept | From::Default, _) => Expr::null(),
        };
        select.and_where(held.eq(value));
    }
    if scope.snapshot.owners.tables[key.table].by_user() {
        select.and_where(scope.visible(key.table, &alias));
    }
    // Not only its key: whose it is must stay, too.
    let hold = scope.snapshot.owners.tables[key.table].by_user() && parent.grants.update && parent.form == Form::Table;
    if hold && engine == Engine::Postgres && scope.snapshot.locks() {
        select.lock_with_tables(LockType::Share, [Alias::new(&alias)]);
    }
    let mut statement = select.statement(engine);
    if hold && engine == Engine::MySql {
        // MariaDB has no FOR SHARE; MySQL knows this older spelling, too.
        statement.sql.push_str(" LOCK IN SHARE MODE");
    }
    Ok(statement)
}

fn refused(offered: &Offered<'_>, key: &ForeignKey) -> connector::Error {
    let owner = |at: &usize| offered.owned().bond(*at).is_some_and(|bond| !bond.field);
    if key.columns.iter().all(owner) {
        let parent = &offered.snapshot.schema.tables[key.table];
        return connector::Error::new(
            connector::ErrorKind::PermissionDenied,
            format!(
                "You have no entry in {} yet, and {} need one. Ask whoever runs this to add you.",
                parent.label, offered.collection.name
            ),
        );
    }
    error::reference(offered, key)
}
