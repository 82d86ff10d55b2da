//! Times cut to the start of a unit, in UTC.

use connector::Unit;
use sea_query::{Expr, Func};

use super::cast;
use crate::schema::{Column, Engine, Kind};

/// The start of the unit that `held` lies in, as text: `2026-01-31`, or `2026-01-31T09:00:00Z` for units within a day.
/// Null where it is no time. A time without a zone is taken for UTC.
pub(crate) fn start(engine: Engine, described: &Column, held: Expr, unit: Unit) -> Option<Expr> {
    if !matches!(described.kind, Kind::Timestamp | Kind::TimestampTz | Kind::Date) {
        return None;
    }
    Some(match engine {
        Engine::Sqlite => sqlite(held, unit),
        Engine::Postgres => postgres(held, unit),
        Engine::MySql => mysql(held, unit),
    })
}

/// <https://sqlite.org/lang_datefunc.html>; the words are fixed, so that the same expression can stand in GROUP BY.
fn sqlite(held: Expr, unit: Unit) -> Expr {
    let format = |format: &'static str, held: Expr| -> Expr {
        Func::cust("strftime").arg(Expr::cust(format)).arg(held).arg(Expr::cust("'auto'")).into()
    };
    let date = |held: Expr, modifiers: &[&'static str]| -> Expr {
        let plain = Func::cust("date").arg(held).arg(Expr::cust("'auto'"));
        modifiers.iter().fold(plain, |date, modifier| date.arg(Expr::cust(*modifier))).into()
    };
    match unit {
        Unit::Year => date(held, &["'start of year'"]),
        Unit::Month => date(held, &["'start of month'"]),
        Unit::Day => date(held, &[]),
        // To the next Sunday, which may be the day itself, and back to its Monday.
        Unit::Week => date(held, &["'weekday 0'", "'-6 days'"]),
        Unit::Quarter => {
            let months = format("'%m'", held.clone());
            let back = Func::cust("printf")
                .arg(Expr::cust("'-%d months'"))
                .arg(Expr::cust_with_exprs("(? - 1) % 3", [months]));
            Func::cust("date").arg(held).arg(Expr::cust("'auto'")).arg(Expr::cust("'start of month'")).arg(back).into()
        }
        Unit::Hour => format("'%Y-%m-%dT%H:00:00Z'", held),
        Unit::Minute => format("'%Y-%m-%dT%H:%M:00Z'", held),
    }
}

/// <https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-TRUNC>; weeks are those of ISO
/// 8601. Connections have their time zone set to UTC.
fn postgres(held: Expr, unit: Unit) -> Expr {
    let word = match unit {
        Unit::Year => "'year'",
        Unit::Quarter => "'quarter'",
        Unit::Month => "'month'",
        Unit::Week => "'week'",
        Unit::Day => "'day'",
        Unit::Hour => "'hour'",
        Unit::Minute => "'minute'",
    };
    let cut = Func::cust("date_trunc").arg(Expr::cust(word)).arg(held);
    if unit.is_within_a_day() {
        return Func::cust("to_char").arg(cut).arg(Expr::cust("'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'")).into();
    }
    cast(cast(cut.into(), "date"), "text")
}

/// <https://dev.mysql.com/doc/refman/8.0/en/date-and-time-functions.html>; connections have their time zone set to UTC.
fn mysql(held: Expr, unit: Unit) -> Expr {
    let sql = match unit {
        Unit::Year => "DATE_FORMAT(?, '%Y-01-01')",
        Unit::Month => "DATE_FORMAT(?, '%Y-%m-01')",
        Unit::Day => "DATE_FORMAT(?, '%Y-%m-%d')",
        Unit::Hour => "DATE_FORMAT(?, '%Y-%m-%dT%H:00:00Z')",
        Unit::Minute => "DATE_FORMAT(?, '%Y-%m-%dT%H:%i:00Z')",
        // WEEKDAY counts from Monday.
        Unit::Week => "DATE_FORMAT(? - INTERVAL WEEKDAY(?) DAY, '%Y-%m-%d')",
        Unit::Quarter => "CONCAT(DATE_FORMAT(?, '%Y-'), LPAD(QUARTER(?) * 3 - 2, 2, '0'), '-01')",
    };
    let times = sql.matches('?').count();
    Expr::cust_with_exprs(sql, std::iter::repeat_n(held, times))
}
