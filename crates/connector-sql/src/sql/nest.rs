//! Related rows inside a row, as the database writes them.

use sea_query::{Alias, BinOper, Expr, ExprTrait, Func, Order, Query, SelectStatement};

use super::scope::Scope;
use super::{column, show, table};
use crate::catalog::{Offered, Relation};
use crate::schema::{Engine, ForeignKey, Table};

/// A row's JSON with further members, each the text of a JSON value or null.
pub(crate) fn with(engine: Engine, row: Expr, members: Vec<(&str, Expr)>) -> Expr {
    if members.is_empty() {
        return row;
    }
    // All but the closing brace; a negative length counts backwards from before the last character.
    let mut whole = match engine {
        Engine::Sqlite => Func::cust("substr").arg(row).arg(Expr::cust("-1")).arg(Expr::cust("-2147483647")).into(),
        Engine::Postgres => Expr::from(Func::cust("left").arg(row).arg(Expr::cust("-1"))),
        Engine::MySql => Expr::cust_with_expr("REVERSE(SUBSTRING(REVERSE(?), 2))", row),
    };
    for (name, value) in members {
        // The name is bound like any value.
        let name = format!(",{}:", serde_json::Value::from(name));
        let value = Func::coalesce([value, Expr::cust("'null'")]);
        whole = join(join(whole, Expr::val(name)), value.into());
    }
    join(whole, Expr::cust("'}'"))
}

/// The parent of the row called `alias`, written by `row`: the text of an object, or null.
pub(crate) fn parent(
    scope: &Scope<'_>,
    relation: &Relation,
    alias: &str,
    row: impl FnOnce(&str) -> connector::Result<Expr>,
) -> connector::Result<Expr> {
    let related = scope.alias();
    let mut select = rows(scope, relation, alias, &related);
    select.expr(row(&related)?).limit(1);
    Ok(select.into())
}

/// The children of the row called `alias`, each written by `row`, by their keys and at most `max`: the text of an array.
pub(crate) fn children(
    scope: &Scope<'_>,
    relation: &Relation,
    alias: &str,
    max: usize,
    row: impl FnOnce(&str) -> connector::Result<Expr>,
) -> connector::Result<Expr> {
    let engine = scope.snapshot.engine();
    let related = scope.alias();
    let described = &scope.snapshot.schema.tables[relation.table];
    let mut select = rows(scope, relation, alias, &related);
    if scope.snapshot.schema.mariadb {
        return Ok(select.expr(mariadb_list(described, &related, max, row(&related)?)).take().into());
    }
    select.expr_as(row(&related)?, Alias::new("item")).limit(max as u64);
    for at in &described.key {
        select.order_by_expr(column(Some(&related), &described.columns[*at].name), Order::Asc);
    }
    let joined = match engine {
        Engine::Sqlite => Func::cust("group_concat").arg(Expr::col(Alias::new("item"))).arg(Expr::cust("','")),
        Engine::Postgres => Func::cust("string_agg").arg(Expr::col(Alias::new("item"))).arg(Expr::cust("','")),
        Engine::MySql => Func::cust("GROUP_CONCAT").arg(Expr::col(Alias::new("item"))),
    };
    let items = Func::coalesce([joined.into(), Expr::cust("''")]);
    let list = join(join(Expr::cust("'['"), items.into()), Expr::cust("']'"));
    Ok(Query::select().expr(list).from_subquery(select, Alias::new(scope.alias())).take().into())
}

/// MariaDB's subqueries in FROM see nothing of the row outside, but its GROUP_CONCAT has an order and a limit.
fn mariadb_list(described: &Table, related: &str, max: usize, row: Expr) -> Expr {
    let order = vec!["?"; described.key.len()].join(", ");
    let order = if order.is_empty() { order } else { format!("ORDER BY {order} ") };
    let list = format!("CONCAT('[', COALESCE(GROUP_CONCAT(? {order}SEPARATOR ',' LIMIT {max}), ''), ']')");
    let keys = described.key.iter().map(|at| column(Some(related), &described.columns[*at].name));
    Expr::cust_with_exprs(list, std::iter::once(row).chain(keys))
}

/// The related rows that the caller may see.
fn rows(scope: &Scope<'_>, relation: &Relation, alias: &str, related: &str) -> SelectStatement {
    let schema = &scope.snapshot.schema;
    let child = &schema.tables[relation.child];
    let key: &ForeignKey = &child.foreign[relation.foreign];
    let parent = &schema.tables[key.table];
    let (of_child, of_parent) = if relation.many { (related, alias) } else { (alias, related) };
    let mut select = Query::select();
    select.from(table(&schema.tables[relation.table]).alias(Alias::new(related)));
    for (from, to) in key.columns.iter().zip(&key.targets) {
        let held = column(Some(of_child), &child.columns[*from].name);
        select.and_where(held.eq(column(Some(of_parent), &parent.columns[*to].name)));
    }
    select.and_where(scope.visible(relation.table, related));
    select
}

/// Two texts, one after the other.
fn join(one: Expr, other: Expr) -> Expr {
    one.binary(BinOper::Custom("||"), other)
}

/// A row of `offered` as it is shown in lists.
pub(crate) fn listed(offered: &Offered<'_>, alias: &str) -> Expr {
    let shown = offered.collection.fields.iter().zip(&offered.offer.fields);
    let mut columns: Vec<usize> = shown.filter(|(field, _)| field.listed).map(|(_, at)| *at).collect();
    if columns.is_empty() {
        columns.clone_from(&offered.offer.fields);
    }
    show::row(offered.snapshot.engine(), offered.table(), Some(alias), &columns)
}
