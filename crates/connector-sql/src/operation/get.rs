use connector::{Error, Get, Outcome, Result};
use sea_query::{Alias, Query};

use super::expand::{self, Cut, Expand};
use super::{Work, columns, raw, row, too_large, version};
use crate::error;
use crate::pool::Cell;
use crate::sql::{Build, key, table};

pub(crate) async fn get(work: Work<'_>, get: Get) -> Result<Outcome> {
    let offered = work.snapshot.offer(&get.collection)?;
    let missing = || Error::not_found(&offered.collection.name);
    if offered.collection.key.is_empty() {
        return Err(Error::new(
            connector::ErrorKind::Unsupported,
            format!("{} has no key, so single items cannot be named.", offered.collection.name),
        ));
    }
    let expand = Expand::read(&offered, &get.options)?;
    let (versioned, fields) = version::asked(&offered, get.fields.as_deref(), true);
    let (statement, itself) = {
        let scope = work.scope();
        if !scope.fits(offered.offer.table) {
            return Err(missing());
        }
        let columns = columns(&offered, fields.as_deref(), false, versioned)?;
        let alias = scope.alias();
        let mut select = Query::select();
        select
            .expr(expand.row(&scope, row(&offered, Some(&alias), &columns), &alias)?)
            .exprs(key::shown(&offered, Some(&alias)))
            .from(table(offered.table()).alias(Alias::new(&alias)))
            .and_where(key::named(&offered, &alias, &get.identifier)?)
            .and_where(scope.visible(offered.offer.table, &alias));
        let itself = expand.is_empty()
            && offered.offer.version.as_ref().is_some_and(|it| version::is_of(it, &offered, &columns));
        if versioned && !itself {
            version::ask(&mut select, &offered, &alias)?;
        }
        (select.statement(work.pool.engine()), itself)
    };
    let rows = work.pool.query(&statement).await.map_err(|error| match error::is_misfit(&error) {
        // What is not even of the key's type is the key of nothing.
        true => missing().with_source(error),
        false => error::reading(error),
    })?;
    let mut cells = rows.into_iter().next().ok_or_else(missing)?;
    let version = (versioned && !itself).then(|| version::of(&offered, cells.pop())).flatten();
    let mut cells = cells.into_iter();
    let mut json = cells.next().and_then(Cell::text).ok_or_else(missing)?;
    let version = version.or_else(|| (versioned && itself).then(|| version::of_row(&json)));
    let mut cut = Cut::new();
    if expand.has_lists() {
        json = expand.trim(json, &mut cut);
    }
    if let Some(version) = version {
        json = version::joined(&offered, json, &version);
    }
    if json.len() > work.context.result_bytes_max {
        return Err(too_large(&offered, work.context));
    }
    Ok(Outcome {
        data: Some(raw(json)?),
        id: key::identifier(&offered, cells.collect()),
        notices: expand::notices(cut).collect(),
        ..Outcome::default()
    })
}
