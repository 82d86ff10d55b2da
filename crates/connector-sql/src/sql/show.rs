//! How values go into answers: the database itself writes the JSON.

use sea_query::{Alias, BinOper, CaseStatement, Expr, ExprTrait, Func, FunctionCall, Query};
use serde_json::Value;

use super::{cast, column, mysql};
use crate::pool::Cell;
use crate::schema::{Column, Engine, Kind, Table};

/// The largest whole number that every JSON reader keeps exactly (RFC 8259 section 6).
pub(super) const EXACT_MAX: i64 = 9_007_199_254_740_991;

/// The most digits of a decimal that every JSON reader keeps exactly.
pub(super) const EXACT_DIGITS: i64 = 15;

/// How many names and values one SQLite function call is given. Its limit is a thousand arguments.
const PAIRS_MAX: usize = 400;

/// A whole row as the text of a JSON object.
pub(crate) fn row(engine: Engine, table: &Table, alias: Option<&str>, columns: &[usize]) -> Expr {
    match engine {
        Engine::MySql => mysql::show::row(table, alias, columns),
        Engine::Sqlite => {
            let mut objects = columns.chunks(PAIRS_MAX).map(|columns| {
                let pair = |at: &usize| {
                    let described = &table.columns[*at];
                    [literal(&described.name), value(engine, described, alias)]
                };
                Expr::from(Func::cust("json_object").args(columns.iter().flat_map(pair)))
            });
            let first = objects.next().unwrap_or_else(|| Expr::cust("'{}'"));
            // `{"a":1}` and `{"b":2}` become `{"a":1,"b":2}`.
            objects.fold(first, |whole, next| {
                // A negative length counts backwards from before the last character.
                let head = Func::cust("substr").arg(whole).arg(Expr::cust("-1")).arg(Expr::cust("-2147483647"));
                Expr::from(head)
                    .binary(BinOper::Custom("|| ',' ||"), Func::cust("substr").arg(next).arg(Expr::cust("2")))
            })
        }
        Engine::Postgres => {
            // `json_build_object` takes a hundred arguments at most; a row has no such bound.
            let mut whole = "row".to_owned();
            while table.columns.iter().any(|described| described.name == whole) {
                whole.push('_');
            }
            let mut inner = Query::select();
            for at in columns {
                let described = &table.columns[*at];
                inner.expr_as(value(engine, described, alias), Alias::new(&described.name));
            }
            let object = Func::cust("row_to_json").arg(Expr::col(Alias::new(&whole)));
            let outer =
                Query::select().expr(cast(object.into(), "text")).from_subquery(inner, Alias::new(&whole)).take();
            outer.into()
        }
    }
}

/// One value as the text of a JSON value; null is SQL's null.
pub(crate) fn json(engine: Engine, shown: Expr) -> Expr {
    match engine {
        // Such a text is what its values are shown as.
        Engine::MySql => shown,
        Engine::Sqlite => {
            Expr::case(shown.clone().is_null(), Expr::null()).finally(Func::cust("json_quote").arg(shown)).into()
        }
        Engine::Postgres => cast(Func::cust("to_json").arg(shown).into(), "text"),
    }
}

/// A column's value as it goes into JSON.
pub(crate) fn value(engine: Engine, described: &Column, alias: Option<&str>) -> Expr {
    let held = column(alias, &described.name);
    match engine {
        Engine::Sqlite => sqlite(held, &described.kind),
        Engine::Postgres => postgres(held, &described.kind),
        Engine::MySql => mysql::show::json(described, held),
    }
}

/// Text as it goes into [`json`].
pub(crate) fn text(engine: Engine, text: Expr) -> Expr {
    match engine {
        Engine::Sqlite | Engine::Postgres => text,
        Engine::MySql => Func::cust("JSON_QUOTE").arg(text).into(),
    }
}

/// A figure that such a column could hold.
pub(crate) fn figure(engine: Engine, figure: Expr, described: &Column) -> Expr {
    match engine {
        Engine::Sqlite => sqlite(figure, &described.kind),
        Engine::Postgres => postgres(figure, &described.kind),
        Engine::MySql => mysql::show::json(described, figure),
    }
}

/// A value as [`bind::cell`](super::bind::cell) takes it back.
pub(crate) fn cell(engine: Engine, described: &Column, alias: Option<&str>) -> Expr {
    let held = column(alias, &described.name);
    match engine {
        Engine::Sqlite => held,
        Engine::Postgres => cast(held, "text"),
        Engine::MySql => mysql::spelled(described, mysql::comparable(described, held)),
    }
}

fn postgres(held: Expr, kind: &Kind) -> Expr {
    let number = |held: &Expr| Func::cust("to_json").arg(held.clone());
    let text = |held: &Expr| Func::cust("to_json").arg(cast(held.clone(), "text"));
    match kind {
        Kind::Integer { bits: 64 } => {
            let exact = held.clone().between(Expr::cust(format!("-{EXACT_MAX}")), Expr::cust(EXACT_MAX.to_string()));
            CaseStatement::new().case(exact, number(&held)).finally(text(&held)).into()
        }
        Kind::Decimal { small: false } => {
            let digits = Func::cust("translate")
                .arg(cast(Func::cust("trim_scale").arg(held.clone()).into(), "text"))
                .arg(Expr::cust("'-.'"))
                .arg(Expr::cust("''"));
            let exact = Expr::from(Func::char_length(digits)).lte(Expr::cust(EXACT_DIGITS.to_string()));
            CaseStatement::new().case(exact, number(&held)).finally(text(&held)).into()
        }
        Kind::Bytes => Func::cust("encode").arg(held).arg(Expr::cust("'hex'")).into(),
        _ => held,
    }
}

/// SQLite's columns hold values of any type, so what is shown depends on each value.
fn sqlite(held: Expr, kind: &Kind) -> Expr {
    let of_type = |name: &'static str| Expr::from(Func::cust("typeof").arg(held.clone())).eq(Expr::cust(name));
    let mut by_type = CaseStatement::new();
    match kind {
        Kind::Bool => {
            by_type = by_type
                .case(held.clone().eq(Expr::cust("0")), Func::cust("json").arg(Expr::cust("'false'")))
                .case(held.clone().eq(Expr::cust("1")), Func::cust("json").arg(Expr::cust("'true'")));
        }
        Kind::Json => {
            let valid = Expr::from(Func::cust("json_valid").arg(held.clone()).arg(Expr::cust("6")))
                .or(of_type("'text'").and(Expr::from(Func::cust("json_valid").arg(held.clone()))));
            by_type = by_type.case(valid, Func::cust("json").arg(held.clone()));
        }
        _ => {}
    }
    let exact = held.clone().between(Expr::cust(format!("-{EXACT_MAX}")), Expr::cust(EXACT_MAX.to_string()));
    let as_text = || Expr::from(Func::cast_as(held.clone(), "TEXT"));
    // SQLite writes fifteen digits, which not every double is told apart by: it gets as few more as bring it back.
    let digits = |format: &'static str| Func::cust("printf").arg(Expr::cust(format)).arg(held.clone());
    let brought_back = |text: FunctionCall| Expr::from(Func::cast_as(text, "REAL")).eq(held.clone());
    let precise = CaseStatement::new()
        .case(brought_back(digits("'%!.15g'")), digits("'%!.15g'"))
        .case(brought_back(digits("'%!.16g'")), digits("'%!.16g'"))
        .finally(digits("'%!.17g'"));
    let infinite = held.clone().is_in([Expr::cust("9e999"), Expr::cust("-9e999")]);
    by_type
        .case(of_type("'text'"), held.clone())
        .case(of_type("'integer'").and(exact), held.clone())
        .case(of_type("'integer'"), as_text())
        .case(of_type("'blob'"), Func::lower(Func::cust("hex").arg(held.clone())))
        .case(of_type("'real'").and(infinite), as_text())
        .case(of_type("'real'"), Func::cust("json").arg(precise))
        .finally(held)
        .into()
}

/// A name from the database's own catalog as an SQL string.
fn literal(name: &str) -> Expr {
    Expr::cust(format!("'{}'", name.replace('\'', "''")))
}

/// SQLite: one row of values as the text of a JSON object, by the same rules. For statements that are not ours, whose
/// values cannot be written by the database.
pub(crate) fn cells(columns: &[(String, bool)], row: Vec<Cell>) -> String {
    let object = columns.iter().zip(row).map(|((name, truth), cell)| (name.clone(), of_cell(*truth, cell)));
    Value::Object(object.collect()).to_string()
}

fn of_cell(truth: bool, cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number @ (0 | 1)) if truth => (number == 1).into(),
        Cell::Integer(number) if number.unsigned_abs() <= EXACT_MAX.unsigned_abs() => number.into(),
        Cell::Integer(number) => number.to_string().into(),
        Cell::Real(number) if number.is_finite() => number.into(),
        Cell::Real(number) => if number > 0.0 { "Inf" } else { "-Inf" }.into(),
        Cell::Text(text) => text.into(),
        Cell::Broken(bytes) => String::from_utf8_lossy(&bytes).into(),
        Cell::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    }
}
