use connector::{Aggregate, Error, Filter, Function, Group, Metric, Outcome, Result};
use sea_query::{Alias, Expr, ExprTrait, Func, NullOrdering, Order, Query};

use super::{Work, misfit, raw};
use crate::catalog::Offered;
use crate::pool::{Cell, Purpose};
use crate::schema::{Column, Engine, Kind};
use crate::sql::{Build, Statement, bucket, column, filter, show, table};

pub(crate) async fn aggregate(work: Work<'_>, aggregate: Aggregate) -> Result<Outcome> {
    let offered = work.snapshot.offer(&aggregate.collection)?;
    let fits = work.scope().fits(offered.offer.table);
    let (statement, names) = build(&work, &offered, &aggregate, fits)?;
    let mut session = work.pool.session(Purpose::Read).await.map_err(crate::error::reading)?;
    let answered = session.query(&statement).await;
    session.finish().await.map_err(crate::error::reading)?;
    let mut rows = match answered {
        Ok(rows) => rows,
        Err(error) => {
            return Err(
                misfit::explain(&work, &offered, misfit::compared(&offered, aggregate.filter.as_ref()), error).await
            );
        }
    };
    let limit = Ord::max(aggregate.limit, 1) as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let mut notices = Vec::new();
    if !fits {
        notices.push(misfit::notice(&work, &offered));
    }
    let mut json = String::from("[");
    let mut cut = false;
    for (at, row) in rows.into_iter().enumerate() {
        let object = object(&names, row)?;
        if json.len() + object.len() + 2 > work.context.result_bytes_max {
            cut = true;
            notices.push(format!(
                "Only the first {at} groups are here: more would pass the size that an answer may have."
            ));
            break;
        }
        if at > 0 {
            json.push(',');
        }
        json.push_str(&object);
    }
    json.push(']');
    let has_more = (!aggregate.group_by.is_empty()).then_some(more || cut);
    Ok(Outcome { data: Some(raw(json)?), has_more, notices, ..Outcome::default() })
}

fn build(work: &Work<'_>, offered: &Offered<'_>, asked: &Aggregate, fits: bool) -> Result<(Statement, Vec<String>)> {
    let engine = work.pool.engine();
    let scope = work.scope();
    let alias = scope.alias();
    let mut select = Query::select();
    let mut names: Vec<String> = Vec::new();
    let mut sortable: Vec<(String, Expr)> = Vec::new();
    for group in &asked.group_by {
        let (shown, held) = grouped(engine, offered, &alias, group)?;
        select.expr(show::json(engine, shown)).add_group_by([held.clone()]);
        names.push(group.name.clone());
        sortable.push((group.name.clone(), held));
    }
    let mut figures = Vec::with_capacity(asked.metrics.len());
    for metric in &asked.metrics {
        let figure = figure(engine, offered, &alias, metric)?;
        select.expr(show::json(engine, show::figure(engine, figure.held.clone(), &figure.column)));
        names.push(metric.name.clone());
        sortable.push((metric.name.clone(), figure.held.clone()));
        figures.push(figure);
    }
    if let Some(having) = &asked.having {
        select.and_having(kept(engine, &figures, having)?);
    }
    if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        return Err(Error::invalid(format!("`{}` would be in the answer twice. Name the metrics apart.", twice.1)));
    }
    select.from(table(offered.table()).alias(Alias::new(&alias)));
    select.and_where(if fits { scope.visible(offered.offer.table, &alias) } else { crate::sql::never() });
    if let Some(asked) = &asked.filter {
        select.and_where(filter::matching(offered, &alias, asked)?);
    }
    for term in &asked.sort {
        let Some((_, expr)) = sortable.iter().find(|(name, _)| *name == term.field) else {
            return Err(Error::invalid(format!("`{}` is neither grouped by nor the name of a metric.", term.field)));
        };
        let order = if term.descending { Order::Desc } else { Order::Asc };
        select.order_by_expr_with_nulls(expr.clone(), order, NullOrdering::Last);
    }
    // Without an order of their own, groups come in the order of their values, so that answers do not vary.
    for (name, expr) in sortable.iter().take(asked.group_by.len()) {
        if !asked.sort.iter().any(|term| term.field == *name) {
            select.order_by_expr_with_nulls(expr.clone(), Order::Asc, NullOrdering::Last);
        }
    }
    select.limit(u64::from(Ord::max(asked.limit, 1)) + 1);
    Ok((select.statement(engine), names))
}

/// What a group is shown as, and what it is made by.
fn grouped(engine: Engine, offered: &Offered<'_>, alias: &str, group: &Group) -> Result<(Expr, Expr)> {
    let name = &group.field;
    let at = offered
        .field(name, |field| field.sortable)
        .ok_or_else(|| Error::invalid(format!("{} cannot be grouped by `{name}`.", offered.collection.name)))?;
    let described = offered.column(at);
    let held = column(Some(alias), &described.name);
    let Some(unit) = group.unit else {
        return Ok((show::value(engine, described, Some(alias)), held));
    };
    let start = bucket::start(engine, described, held, unit)
        .ok_or_else(|| Error::invalid(format!("`{name}` is not a time, so it has no {}s.", unit.as_str())))?;
    Ok((show::text(engine, start.clone()), start))
}

/// A metric: its name, its value, and a column that could hold it.
struct Figure {
    name: String,
    held: Expr,
    column: Column,
}

/// Holds for the rows of the answer that `having` keeps.
fn kept(engine: Engine, figures: &[Figure], having: &Filter) -> Result<Expr> {
    filter::meeting(having, &|name, comparison| {
        let figure = figures
            .iter()
            .find(|figure| figure.name == name)
            .ok_or_else(|| Error::invalid(format!("`having` names `{name}`, which is not the name of a metric.")))?;
        filter::compare(engine, &figure.column, figure.held.clone(), comparison)
    })
}

fn figure(engine: Engine, offered: &Offered<'_>, alias: &str, metric: &Metric) -> Result<Figure> {
    let (held, column) = value(engine, offered, alias, metric)?;
    Ok(Figure { name: metric.name.clone(), held, column: Column { name: metric.name.clone(), ..column } })
}

/// A metric's value and a column like those that it is made of, or of the kind that it becomes.
fn value(engine: Engine, offered: &Offered<'_>, alias: &str, metric: &Metric) -> Result<(Expr, Column)> {
    let of = |kind: Kind| Column {
        cast: match kind {
            Kind::Integer { .. } => "bigint",
            Kind::Float => "double precision",
            _ => "numeric",
        }
        .into(),
        ordered: true,
        kind,
        ..Column::default()
    };
    let count = of(Kind::Integer { bits: 64 });
    let Some(name) = &metric.field else {
        return match metric.function {
            Function::Count => Ok((Expr::cust("COUNT(*)"), count)),
            other => Err(Error::invalid(format!("`{}` needs a field.", other.as_str()))),
        };
    };
    let at = offered.field(name, |field| field.filterable).ok_or_else(|| {
        Error::invalid(format!("`{name}` is not a field of {} that figures can be made of.", offered.collection.name))
    })?;
    let described = offered.column(at);
    let held = column(Some(alias), &described.name);
    let numeric = matches!(described.kind, Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Float);
    let unfit = |needed: &str| {
        Error::invalid(format!("`{}` works on {needed}, and `{name}` is something else.", metric.function.as_str()))
    };
    let large = match (engine, &described.kind) {
        (_, Kind::Float) | (Engine::Sqlite, _) => described.kind.clone(),
        (Engine::Postgres | Engine::MySql, _) => Kind::Decimal { small: false },
    };
    Ok(match metric.function {
        Function::Count => (held.count(), count),
        Function::CountDistinct if !described.ordered => return Err(unfit("single values")),
        Function::CountDistinct => (held.count_distinct(), count),
        Function::Sum | Function::Avg if !numeric => return Err(unfit("numbers")),
        Function::Sum => (held.sum(), of(large)),
        // A mean is seldom exact in any notation.
        Function::Avg => (crate::sql::cast(Func::avg(held).into(), float(engine)), of(Kind::Float)),
        Function::Min | Function::Max if !described.ordered || matches!(described.kind, Kind::Bool | Kind::Uuid) => {
            return Err(unfit("numbers, texts and times"));
        }
        Function::Min => (held.min(), described.clone()),
        Function::Max => (held.max(), described.clone()),
    })
}

fn float(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "REAL",
        Engine::Postgres => "double precision",
        Engine::MySql => "DOUBLE",
    }
}

/// Names come from arguments, so they meet the values here and not in SQL.
fn object(names: &[String], row: Vec<Cell>) -> Result<String> {
    let mut json = String::from("{");
    for (at, (name, cell)) in names.iter().zip(row).enumerate() {
        if at > 0 {
            json.push(',');
        }
        json.push_str(&serde_json::to_string(name).map_err(Error::internal)?);
        json.push(':');
        json.push_str(&cell.text().unwrap_or_else(|| "null".into()));
    }
    json.push('}');
    Ok(json)
}
