//! The same change for all of the caller's rows that match a filter.

use connector::{Error, ErrorKind, Matching, Outcome, Result};
use sea_query::{Alias, Expr, Order, Query};
use serde_json::{Map, Value};

use super::update::{change_row, locate, new_values};
use super::write::{Failed, atomically, given};
use super::{Work, as_text, delete as single, misfit};
use crate::catalog::Offered;
use crate::error::Doing;
use crate::pool::{Cell, Row, Session};
use crate::sql::{Build, Statement, always, column, filter, table};

pub(super) async fn update(
    work: &Work<'_>,
    offered: &Offered<'_>,
    matching: &Matching,
    data: &Map<String, Value>,
) -> Result<Outcome> {
    let values = new_values(work, offered, data)?;
    let Some(expected) = matching.expected_count else {
        return preview(work, offered, matching, "change").await;
    };
    let find = find(work, offered, matching)?;
    atomically(
        work,
        offered,
        Doing::Setting,
        || with_filter(offered, matching, given(&values)),
        async |session| {
            for cells in hold(session, offered, &find, expected).await? {
                change_row(session, work, offered, &values, &cells, false).await?;
            }
            Ok::<_, Failed>(())
        },
    )
    .await?;
    Ok(Outcome { count: Some(expected), ..Outcome::default() })
}

pub(super) async fn delete(work: &Work<'_>, offered: &Offered<'_>, matching: &Matching) -> Result<Outcome> {
    let Some(expected) = matching.expected_count else {
        return preview(work, offered, matching, "delete").await;
    };
    let find = find(work, offered, matching)?;
    atomically(
        work,
        offered,
        Doing::Deleting,
        || with_filter(offered, matching, Vec::new()),
        async |session| {
            let rows = hold(session, offered, &find, expected).await?;
            for cells in &rows {
                single::alone(session, work, offered, cells).await?;
            }
            single::remove(session, work, offered, &rows).await
        },
    )
    .await?;
    Ok(Outcome { count: Some(expected), ..Outcome::default() })
}

/// Says how many there are and changes nothing.
async fn preview(work: &Work<'_>, offered: &Offered<'_>, matching: &Matching, verb: &str) -> Result<Outcome> {
    let statement = match work.scope() {
        scope if scope.fits(offered.offer.table) => {
            let alias = scope.alias();
            let mut select = Query::select();
            select
                .expr(as_text(work.pool.engine(), Expr::cust("COUNT(*)")))
                .from(table(offered.table()).alias(Alias::new(&alias)))
                .and_where(chosen(offered, matching, &alias)?)
                .and_where(scope.visible(offered.offer.table, &alias));
            Some(select.statement(work.pool.engine()))
        }
        _ => None,
    };
    let count = match statement {
        None => 0,
        Some(statement) => match work.pool.query(&statement).await {
            Ok(rows) => rows.first().and_then(|row| row.first()).and_then(Cell::count).unwrap_or_default(),
            Err(error) => {
                let given = misfit::compared(offered, matching.filter.as_ref());
                return Err(misfit::explain(work, offered, given, error).await);
            }
        },
    };
    let max = offered.collection.abilities.bulk_max;
    let notice = match count {
        0 => "Nothing matches.".to_owned(),
        count if count > u64::from(max) => {
            format!("Nothing was done: {count} items match, and one call may {verb} {max}. Narrow the filters.")
        }
        count => format!(
            "Nothing was done yet: {count} items match. To {verb} them, call again with `expected_count` = {count}."
        ),
    };
    Ok(Outcome { count: Some(count), notices: vec![notice], ..Outcome::default() })
}

/// The keys of the rows that match, in their order, held; one more than may be changed.
fn find(work: &Work<'_>, offered: &Offered<'_>, matching: &Matching) -> Result<Statement> {
    let scope = work.scope();
    if !scope.fits(offered.offer.table) {
        return Err(Error::not_found(&offered.collection.name));
    }
    let mut find = locate(&scope, offered, |alias| chosen(offered, matching, alias))?;
    for at in &offered.table().key {
        let held = column(Some(&find.alias), &offered.column(*at).name);
        find.select.order_by_expr(held, Order::Asc);
    }
    find.select.limit(u64::from(offered.collection.abilities.bulk_max) + 1);
    Ok(find.select.statement(work.pool.engine()))
}

fn chosen(offered: &Offered<'_>, matching: &Matching, alias: &str) -> Result<Expr> {
    matching.filter.as_ref().map_or_else(|| Ok(always()), |asked| filter::matching(offered, alias, asked))
}

/// The rows, if there are as many as the caller expects and no more than may be changed.
async fn hold(
    session: &mut Session,
    offered: &Offered<'_>,
    find: &Statement,
    expected: u64,
) -> Result<Vec<Row>, Failed> {
    let rows = session.query(find).await?;
    let (count, max) = (rows.len() as u64, u64::from(offered.collection.abilities.bulk_max));
    let said = if count > max {
        format!("More than the {max} items match that one call may change, so nothing was done. Narrow the filters.")
    } else if count != expected {
        format!("{count} items match and not {expected}, so nothing was done. Look again at what they are.")
    } else {
        return Ok(rows);
    };
    Err(Error::new(ErrorKind::Conflict, said).into())
}

fn with_filter(offered: &Offered<'_>, matching: &Matching, mut given: misfit::Given) -> misfit::Given {
    given.extend(misfit::compared(offered, matching.filter.as_ref()));
    given
}
