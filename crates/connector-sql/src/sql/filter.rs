use connector::{Comparison, Error, Filter, Result};
use sea_query::{BinOper, Expr, ExprTrait, Func};
use serde_json::Value;

use super::{bind, cast, column, never, not_true};
use crate::catalog::Offered;
use crate::schema::{Column, Engine, Kind};

/// The longest search pattern. SQLite takes 50,000 bytes: <https://sqlite.org/limits.html>.
pub(super) const PATTERN_BYTES_MAX: usize = 50_000;

/// Holds for the rows, of the table called `alias`, that match.
pub(crate) fn matching(offered: &Offered<'_>, alias: &str, filter: &Filter) -> Result<Expr> {
    meeting(filter, &|field, comparison| {
        let at = offered.field(field, |field| field.filterable).ok_or_else(|| {
            Error::invalid(format!("`{field}` is not a field that {} can be filtered by.", offered.collection.name))
        })?;
        let described = offered.column(at);
        compare(offered.snapshot.engine(), described, column(Some(alias), &described.name), comparison)
    })
}

/// A filter whose comparisons are made by `compare`, from a name and how it is compared.
pub(crate) fn meeting(filter: &Filter, compare: &dyn Fn(&str, &Comparison) -> Result<Expr>) -> Result<Expr> {
    let each = |filters: &[Filter]| filters.iter().map(|filter| meeting(filter, compare)).collect::<Result<Vec<_>>>();
    match filter {
        Filter::And(filters) => Ok(each(filters)?.into_iter().reduce(Expr::and).unwrap_or_else(super::always)),
        Filter::Or(filters) => Ok(each(filters)?.into_iter().reduce(Expr::or).unwrap_or_else(never)),
        Filter::Not(filter) => Ok(not_true(meeting(filter, compare)?)),
        Filter::Compare { field, comparison } => compare(field, comparison),
    }
}

/// `held`, a value such as the column holds, compared.
pub(crate) fn compare(engine: Engine, described: &Column, held: Expr, comparison: &Comparison) -> Result<Expr> {
    if engine == Engine::MySql {
        return super::mysql::filter::compare(described, held, comparison);
    }
    let pair = |value: &Value| comparable(engine, described, held.clone(), value);
    let with = |operator: BinOper, value: &Value| {
        let (held, bound) = pair(value)?;
        Ok(held.binary(operator, bound))
    };
    match comparison {
        Comparison::Eq(value) => with(BinOper::Equal, value),
        Comparison::Ne(value) => with(BinOper::NotEqual, value),
        Comparison::Lt(value) => with(BinOper::SmallerThan, value),
        Comparison::Lte(value) => with(BinOper::SmallerThanOrEqual, value),
        Comparison::Gt(value) => with(BinOper::GreaterThan, value),
        Comparison::Gte(value) => with(BinOper::GreaterThanOrEqual, value),
        Comparison::In(values) => {
            let pairs = values.iter().map(pair).collect::<Result<Vec<_>>>()?;
            let Some((held, _)) = pairs.first().cloned() else { return Ok(never()) };
            Ok(held.is_in(pairs.into_iter().map(|(_, bound)| bound)))
        }
        Comparison::Contains(needle) => search(engine, described, held, needle, true),
        Comparison::StartsWith(needle) => search(engine, described, held, needle, false),
        Comparison::IsNull(true) => Ok(held.is_null()),
        Comparison::IsNull(false) => Ok(held.is_not_null()),
    }
}

/// Both sides of a comparison, brought to what can be compared.
fn comparable(engine: Engine, described: &Column, held: Expr, value: &Value) -> Result<(Expr, Expr)> {
    let name = &described.name;
    match (engine, &described.kind, value) {
        // SQLite keeps times as text of several spellings, or as numbers: both sides are brought to one.
        (Engine::Sqlite, Kind::Timestamp | Kind::Date, Value::String(text)) => {
            if !super::text::is_time(text) {
                return Err(Error::invalid(format!(
                    "`{name}` needs a date or a date and time, such as 2026-01-31 or 2026-01-31T09:30:00Z."
                )));
            }
            Ok((instant(held), instant(Expr::val(text.as_str()))))
        }
        (Engine::Postgres, Kind::Other, _) if !described.ordered => {
            let text = bind::value(
                engine,
                &Column { kind: Kind::Text, cast: "text".into(), ..Column::default() },
                name,
                value,
            )?;
            Ok((cast(held, "text"), text))
        }
        _ => Ok((held, bind::value(engine, described, name, value)?)),
    }
}

/// <https://sqlite.org/lang_datefunc.html>
fn instant(time: Expr) -> Expr {
    Func::cust("strftime").arg(Expr::cust("'%Y-%m-%d %H:%M:%f'")).arg(time).arg(Expr::cust("'auto'")).into()
}

/// Text taken literally, letter case ignored.
fn search(engine: Engine, described: &Column, held: Expr, needle: &str, anywhere: bool) -> Result<Expr> {
    let pattern = match engine {
        Engine::Postgres => {
            let escaped = needle.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            if anywhere { format!("%{escaped}%") } else { format!("{escaped}%") }
        }
        Engine::Sqlite | Engine::MySql => glob(needle, anywhere),
    };
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(Error::invalid(format!("The text that `{}` is searched for is too long.", described.name)));
    }
    Ok(match engine {
        // PostgreSQL's texts have no NUL, and SQLite's patterns end there.
        _ if needle.contains('\0') => never(),
        Engine::Postgres if described.kind == Kind::Text => held.binary(BinOper::Custom("ILIKE"), Expr::val(pattern)),
        Engine::Postgres => cast(held, "text").binary(BinOper::Custom("ILIKE"), Expr::val(pattern)),
        Engine::Sqlite | Engine::MySql => held.binary(BinOper::Custom("GLOB"), Expr::val(pattern)),
    })
}

/// SQLite's LIKE ignores the case of ASCII letters only. GLOB ignores none but knows sets, so each letter becomes the
/// set of its two cases; in a set nothing is special.
fn glob(needle: &str, anywhere: bool) -> String {
    let mut pattern = String::from(if anywhere { "*" } else { "" });
    for c in needle.chars() {
        let single = |mut cases: Box<dyn Iterator<Item = char>>| match (cases.next(), cases.next()) {
            (Some(one), None) => one,
            _ => c,
        };
        let (lower, upper) = (single(Box::new(c.to_lowercase())), single(Box::new(c.to_uppercase())));
        if lower != upper {
            pattern.extend(['[', lower, upper, ']']);
        } else if matches!(c, '*' | '?' | '[') {
            pattern.extend(['[', c, ']']);
        } else {
            pattern.push(c);
        }
    }
    pattern.push('*');
    pattern
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn a_needle_is_literal_in_any_case() {
        assert_eq!(glob("a*É[9]", true), "*[aA][*][éÉ][[]9]*");
        assert_eq!(glob("ß%_", false), "ß%_*");
    }
}
