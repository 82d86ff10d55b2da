//! Pieces of SQL, built from the schema's own names and bound values.

mod statement;

pub(crate) mod bind;
pub(crate) mod bucket;
pub(crate) mod filter;
pub(crate) mod key;
pub(crate) mod literal;
pub(crate) mod mysql;
pub(crate) mod nest;
pub(crate) mod order;
pub(crate) mod plain;
pub(crate) mod scope;
pub(crate) mod search;
pub(crate) mod show;
mod text;

pub(crate) use statement::{Build, Statement};

use sea_query::{Alias, Expr, ExprTrait, Func, IntoIden, SchemaName, TableName, TableRef};

use crate::schema::Table;

/// A table by its full name.
pub(crate) fn table(table: &Table) -> TableRef {
    let schema = table.schema.as_ref().map(|schema| SchemaName(None, Alias::new(schema).into_iden()));
    TableRef::Table(TableName(schema, Alias::new(&table.name).into_iden()), None)
}

/// A column of the table called `alias` in the statement, or of its only table.
pub(crate) fn column(alias: Option<&str>, name: &str) -> Expr {
    match alias {
        Some(alias) => Expr::col((Alias::new(alias), Alias::new(name))),
        None => Expr::col(Alias::new(name)),
    }
}

/// `CAST(expr AS type)`. The type is the server's own spelling.
pub(crate) fn cast(expr: Expr, to: &str) -> Expr {
    Func::cast_as(expr, to.to_owned()).into()
}

/// True only where `expr` is true: null counts as false, so that `NOT` is its opposite.
pub(crate) fn not_true(expr: Expr) -> Expr {
    expr.is_not(always())
}

pub(crate) fn never() -> Expr {
    Expr::Constant(false.into())
}

pub(crate) fn always() -> Expr {
    Expr::Constant(true.into())
}
