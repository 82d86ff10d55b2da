use connector::{CountIs, Error, List, Outcome, Result, Start};
use sea_query::{Alias, CommonTableExpression, Expr, Query, SelectStatement, WithClause};
use serde_json::Value;

use super::expand::{self, Cut, Expand};
use super::page::Page;
use super::{Work, columns, misfit, raw, row, too_large, version};
use crate::catalog::Offered;
use crate::error;
use crate::guard::{self, Counting};
use crate::pool::{Cell, Purpose};
use crate::sql::order::{Ordering, stale};
use crate::sql::scope::Scope;
use crate::sql::{Build, Statement, filter, search, table};

/// What the total is called in a page's statement. (As a subquery right in the select list its filter would count
/// twice against SQLite's limit on the depth of expressions.)
const TOTAL: &str = "total";

pub(crate) async fn list(work: Work<'_>, list: List) -> Result<Outcome> {
    let offered = work.snapshot.offer(&list.collection)?;
    let expand = Expand::read(&offered, &list.options)?;
    let guard = offered.guard();
    let counting = guard.counting(work.pool.engine(), &list);
    let notices = guard.check(&offered, &list)?;
    let (page, total, total_order, skipped) = {
        let scope = work.scope();
        if !scope.fits(offered.offer.table) {
            return nothing(&work, &offered);
        }
        let ordering = Ordering::new(&offered, &list.sort)?;
        let (page, skipped) = page(&scope, &offered, &list, &ordering, &expand, counting)?;
        let total = count(&scope, &offered, &list, counting)?;
        (page.statement(work.pool.engine()), total.statement(work.pool.engine()), ordering.total, skipped)
    };
    let limit = list.limit.max(1) as usize;
    let mut read = Page::new(limit, work.context.result_bytes_max);
    let mut session = work.pool.session(Purpose::Read).await.map_err(error::reading)?;
    let mut cut = Cut::new();
    let versioned = version::asked(&offered, list.fields.as_deref(), false).0;
    let answered = session
        .each(&page, |mut row| {
            let version = versioned.then(|| version::of(&offered, row.pop())).flatten();
            if let (Some(version), Some(Cell::Text(json))) = (version, row.first_mut()) {
                *json = version::joined(&offered, std::mem::take(json), &version);
            }
            if expand.has_lists()
                && read.rows < limit
                && let Some(Cell::Text(json)) = row.first_mut()
            {
                *json = expand.trim(std::mem::take(json), &mut cut);
            }
            read.take(row)
        })
        .await;
    if let Err(error) = answered {
        session.finish().await.map_err(error::reading)?;
        return Err(misfit::explain(&work, &offered, misfit::compared(&offered, list.filter.as_ref()), error).await);
    }
    let more = read.more || read.cut;
    let (count, count_is) = match (read.total, skipped, counting) {
        (Some(total), _, _) => guard::said(counting, Some(total)),
        // All there is, is here.
        (None, false, _) if !more => (Some(read.rows as u64), None),
        (None, _, Counting::None) => (None, None),
        (None, _, Counting::Planner) => (planned(&mut session, total).await?, Some(CountIs::Estimated)),
        // Only a page without rows does not bring the total along.
        (None, _, Counting::Exact | Counting::UpTo(_)) => guard::said(counting, ask(&mut session, &total).await?),
    };
    session.finish().await.map_err(error::reading)?;
    if read.rows == 0 && read.cut {
        return Err(too_large(&offered, work.context));
    }
    let next = more.then(|| match total_order {
        true => Ordering::place(&read.place),
        false => (offset(&list.start).unwrap_or_default() + read.rows as u64).to_string(),
    });
    let mut outcome = Outcome { count, count_is, has_more: Some(more), next, notices, ..Outcome::default() };
    if read.cut {
        outcome.notices.push(format!(
            "Only the first {} items are here: more would pass the {} bytes that an answer may have. Go on with the \
             cursor, or ask for fewer fields.",
            read.rows, work.context.result_bytes_max
        ));
    }
    outcome.data = Some(raw(read.finish())?);
    outcome.notices.extend(expand::notices(cut));
    Ok(outcome)
}

fn nothing(work: &Work<'_>, offered: &Offered<'_>) -> Result<Outcome> {
    Ok(Outcome {
        data: Some(raw("[]".into())?),
        count: Some(0),
        has_more: Some(false),
        notices: vec![misfit::notice(work, offered)],
        ..Outcome::default()
    })
}

/// One page and, in each of its rows, the total. Says too whether rows before it were skipped.
fn page(
    scope: &Scope<'_>,
    offered: &Offered<'_>,
    list: &List,
    ordering: &Ordering<'_>,
    expand: &Expand<'_>,
    counting: Counting,
) -> Result<(SelectStatement, bool)> {
    let (versioned, fields) = version::asked(offered, list.fields.as_deref(), false);
    let columns = columns(offered, fields.as_deref(), true, versioned)?;
    let alias = scope.alias();
    let total = total_name(scope);
    let mut select = Query::select();
    let counts = matches!(counting, Counting::Exact | Counting::UpTo(_));
    if counts {
        let counted = CommonTableExpression::new()
            .query(count(scope, offered, list, counting)?)
            .column(Alias::new(TOTAL))
            .table_name(Alias::new(&total))
            .to_owned();
        select.with_cte(WithClause::new().cte(counted).to_owned());
    }
    let total: Expr = match counts {
        true => Query::select().column(Alias::new(TOTAL)).from(Alias::new(&total)).take().into(),
        false => Expr::null(),
    };
    select
        .expr(expand.row(scope, row(offered, Some(&alias), &columns), &alias)?)
        .expr(total)
        .exprs(ordering.values(&alias))
        .from(table(offered.table()).alias(Alias::new(&alias)))
        .and_where(scope.visible(offered.offer.table, &alias))
        .limit(u64::from(list.limit.max(1)) + 1);
    choose(&mut select, offered, list, &alias)?;
    if versioned {
        version::ask(&mut select, offered, &alias)?;
    }
    ordering.apply(&mut select, &alias);
    let skipped = match (&list.start, ordering.total) {
        (Start::After(place), true) => {
            select.and_where(ordering.after(&alias, place)?);
            true
        }
        (start, _) => {
            let offset = offset(start).ok_or_else(stale)?;
            select.offset(offset);
            offset > 0
        }
    };
    Ok((select, skipped))
}

/// What the caller looks for.
fn choose(select: &mut SelectStatement, offered: &Offered<'_>, list: &List, alias: &str) -> Result<()> {
    if let Some(filter) = &list.filter {
        select.and_where(filter::matching(offered, alias, filter)?);
    }
    if let Some(searched) = search::matching(offered, alias, &list.options)? {
        select.and_where(searched);
    }
    Ok(())
}

/// How many rows to skip; a list without a key names places by that too.
fn offset(start: &Start) -> Option<u64> {
    match start {
        Start::Offset(offset) => Some(*offset),
        Start::After(place) => place.parse().ok(),
    }
}

/// A name that no table has, because it would hide that table.
fn total_name(scope: &Scope<'_>) -> String {
    let taken = |name: &str| scope.snapshot.schema.tables.iter().any(|table| table.name.eq_ignore_ascii_case(name));
    let mut name = TOTAL.to_owned();
    while taken(&name) {
        name.push('_');
    }
    name
}

/// How many rows match; for the planner, which ones.
fn count(scope: &Scope<'_>, offered: &Offered<'_>, list: &List, counting: Counting) -> Result<SelectStatement> {
    let alias = scope.alias();
    let number = super::as_text(scope.snapshot.engine(), Expr::cust("COUNT(*)"));
    let mut select = Query::select();
    select.from(table(offered.table()).alias(Alias::new(&alias))).and_where(scope.visible(offered.offer.table, &alias));
    choose(&mut select, offered, list, &alias)?;
    match counting {
        Counting::Exact | Counting::None => select.expr(number),
        Counting::Planner => select.expr(Expr::cust("1")),
        Counting::UpTo(most) => {
            select.expr(Expr::cust("1")).limit(most.saturating_add(1));
            let inner = scope.alias();
            return Ok(Query::select().expr(number).from_subquery(select, Alias::new(&inner)).take());
        }
    };
    Ok(select)
}

async fn ask(session: &mut crate::pool::Session, total: &Statement) -> Result<Option<u64>> {
    let rows = session.query(total).await.map_err(error::reading)?;
    Ok(rows.first().and_then(|row| row.first()).and_then(Cell::count))
}

/// How many rows PostgreSQL's planner expects.
/// <https://www.postgresql.org/docs/current/sql-explain.html>
async fn planned(session: &mut crate::pool::Session, which: Statement) -> Result<Option<u64>> {
    let explain = Statement::bound(format!("EXPLAIN (FORMAT JSON) {}", which.sql), which.values);
    let rows = session.query(&explain).await.map_err(error::reading)?;
    let plan = rows.into_iter().next().and_then(|row| row.into_iter().next()?.text());
    let plan: Value = serde_json::from_str(&plan.unwrap_or_default()).map_err(Error::internal)?;
    Ok(plan.pointer("/0/Plan/Plan Rows").and_then(Value::as_u64))
}
