//! The order of a list, and places in it.

use connector::{Error, Result, Sort};
use sea_query::{Expr, ExprTrait, NullOrdering, Order, SelectStatement};
use serde_json::{Value, json};

use super::{bind, column, mysql, show};
use crate::catalog::Offered;
use crate::pool::Cell;
use crate::schema::{Column, Engine, Form};

/// A total order: what is asked for, then the key. Nulls come last in both directions, on both engines.
pub(crate) struct Ordering<'a> {
    engine: Engine,
    terms: Vec<Term<'a>>,
    /// Whether no two rows are equal in it, so that a place in it can be named by its values.
    pub(crate) total: bool,
    physical: Option<&'static str>,
}

struct Term<'a> {
    column: &'a Column,
    descending: bool,
}

impl<'a> Ordering<'a> {
    pub(crate) fn new(offered: &Offered<'a>, sort: &[Sort]) -> Result<Self> {
        let engine = offered.snapshot.engine();
        let table = offered.table();
        let mut used = Vec::new();
        let mut terms = Vec::new();
        for term in sort {
            let at = offered.field(&term.field, |field| field.sortable).ok_or_else(|| {
                Error::invalid(format!("{} cannot be sorted by `{}`.", offered.collection.name, term.field))
            })?;
            if !used.contains(&at) {
                used.push(at);
                terms.push(Term { column: &table.columns[at], descending: term.descending });
            }
        }
        let total = !offered.collection.key.is_empty();
        // The key follows the direction of the last term, as an index on both would.
        let descending = terms.last().is_some_and(|term| term.descending);
        let rest: Vec<usize> = match (total, table.form) {
            (true, _) => offered.offer.key.clone(),
            (false, Form::Table) if engine != Engine::MySql => Vec::new(),
            // Nothing tells the rows apart but what is in them.
            (false, _) => offered.offer.fields.clone(),
        };
        for at in rest {
            if !used.contains(&at) && (total || table.columns[at].ordered) {
                terms.push(Term { column: &table.columns[at], descending });
            }
        }
        let physical = match (total, table.form, engine) {
            (true, _, _) | (_, Form::View, _) => None,
            (_, _, Engine::Sqlite) => Some("rowid"),
            (_, _, Engine::Postgres) => Some("ctid"),
            (_, _, Engine::MySql) => None,
        };
        Ok(Self { engine, terms, total, physical })
    }

    pub(crate) fn apply(&self, select: &mut SelectStatement, alias: &str) {
        for term in &self.terms {
            let held = self.held(term, alias);
            let order = if term.descending { Order::Desc } else { Order::Asc };
            if term.column.nullable {
                select.order_by_expr_with_nulls(held, order, NullOrdering::Last);
            } else {
                select.order_by_expr(held, order);
            }
        }
        if let Some(physical) = self.physical {
            select.order_by_expr(column(Some(alias), physical), Order::Asc);
        }
    }

    /// What a term sorts by.
    fn held(&self, term: &Term<'_>, alias: &str) -> Expr {
        let held = column(Some(alias), &term.column.name);
        if self.engine == Engine::MySql { mysql::sortable(term.column, held) } else { held }
    }

    /// The values that name a row's place, to be read by [`place`](Self::place).
    pub(crate) fn values(&self, alias: &str) -> Vec<Expr> {
        let values = self.terms.iter().map(|term| match self.engine {
            Engine::MySql => mysql::spelled(term.column, self.held(term, alias)),
            engine => show::cell(engine, term.column, Some(alias)),
        });
        if self.total { values.collect() } else { Vec::new() }
    }

    /// A place as text, from the values of its row.
    pub(crate) fn place(cells: &[Cell]) -> String {
        let value = |cell: &Cell| match cell {
            Cell::Null => Value::Null,
            Cell::Integer(number) => json!(number),
            Cell::Text(text) => json!(text),
            Cell::Blob(bytes) => json!({ "x": bytes }),
            Cell::Broken(bytes) => json!({ "t": bytes }),
            // As bits, so that infinities and the last digit survive.
            Cell::Real(number) => json!({ "r": number.to_bits() }),
        };
        Value::Array(cells.iter().map(value).collect()).to_string()
    }

    /// Holds for the rows after a place.
    pub(crate) fn after(&self, alias: &str, place: &str) -> Result<Expr> {
        let cells = self.cells(place).ok_or_else(stale)?;
        let mut any = super::never();
        let mut before = super::always();
        for (term, cell) in self.terms.iter().zip(&cells) {
            let held = || self.held(term, alias);
            if *cell == Cell::Null {
                // Nothing comes after null within one term.
                before = before.and(held().is_null());
                continue;
            }
            let bound = || bind::cell(self.engine, term.column, cell);
            let mut beyond = if term.descending { held().lt(bound()) } else { held().gt(bound()) };
            if term.column.nullable {
                beyond = beyond.or(held().is_null());
            }
            any = any.or(before.clone().and(beyond));
            before = before.and(held().eq(bound()));
        }
        Ok(any)
    }

    fn cells(&self, place: &str) -> Option<Vec<Cell>> {
        let Value::Array(values) = serde_json::from_str(place).ok()? else { return None };
        let cell = |value: Value| match value {
            Value::Null => Some(Cell::Null),
            Value::String(text) => Some(Cell::Text(text)),
            Value::Number(number) => number.as_i64().map(Cell::Integer),
            Value::Object(tagged) => match tagged.iter().next() {
                Some((tag, bits)) if tag == "r" => Some(Cell::Real(f64::from_bits(bits.as_u64()?))),
                Some((tag, bytes)) if tag == "x" => bytes_of(bytes).map(Cell::Blob),
                Some((tag, bytes)) if tag == "t" => bytes_of(bytes).map(Cell::Broken),
                _ => None,
            },
            Value::Bool(_) | Value::Array(_) => None,
        };
        let cells: Vec<Cell> = values.into_iter().map(cell).collect::<Option<_>>()?;
        (cells.len() == self.terms.len()).then_some(cells)
    }
}

fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    value.as_array()?.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect()
}

/// A place that this list has no use for.
pub(crate) fn stale() -> Error {
    Error::invalid("This cursor does not belong to this list. Start again without one.")
}
