use connector::{Comparison, Error, Result};
use sea_query::{BinOper, Expr, ExprTrait};
use serde_json::Value;

use super::{bind, comparable};
use crate::schema::{Column, Kind};
use crate::sql::filter::PATTERN_BYTES_MAX;
use crate::sql::{cast, never, text};

/// Holds where a column compares like that.
pub(crate) fn compare(described: &Column, held: Expr, comparison: &Comparison) -> Result<Expr> {
    let name = &described.name;
    let needs = |needed: &str| Error::invalid(format!("`{name}` needs {needed}."));
    let equal = |value: &Value| bind::equal(described, held.clone(), value).map_err(needs);
    let ranked = |operator: BinOper, value: &Value| {
        let (held, bound) = sides(described, held.clone(), value).map_err(needs)?;
        Ok(held.binary(operator, bound))
    };
    match comparison {
        Comparison::Eq(value) => equal(value),
        // Null stays null here, as with the plain operator.
        Comparison::Ne(value) => Ok(equal(value)?.not()),
        Comparison::Lt(value) => ranked(BinOper::SmallerThan, value),
        Comparison::Lte(value) => ranked(BinOper::SmallerThanOrEqual, value),
        Comparison::Gt(value) => ranked(BinOper::GreaterThan, value),
        Comparison::Gte(value) => ranked(BinOper::GreaterThanOrEqual, value),
        Comparison::In(values) => among(described, &held, values).map_err(needs),
        Comparison::Contains(needle) => search(described, held, &pattern(needle, "%")),
        Comparison::StartsWith(needle) => search(described, held, &pattern(needle, "")),
        Comparison::IsNull(true) => Ok(held.is_null()),
        Comparison::IsNull(false) => Ok(held.is_not_null()),
    }
}

/// Both sides of a comparison by rank.
fn sides(described: &Column, held: Expr, value: &Value) -> Result<(Expr, Expr), &'static str> {
    if let (Kind::Text, false) = (&described.kind, value.is_null()) {
        let text = text::spell(&described.kind, value)?;
        return Ok((bind::side(described, held, &text), Expr::val(text)));
    }
    let bound = bind::value(described, value)?;
    Ok(match (&described.kind, value.as_str()) {
        (Kind::Enum(values), Some(text)) => {
            let place = values.iter().position(|value| value == text).unwrap_or_default() + 1;
            (comparable(described, held), Expr::val(i64::try_from(place).unwrap_or(i64::MAX)))
        }
        (Kind::Other, Some(text)) if !described.ordered => (comparable(described, held), Expr::val(text)),
        (Kind::Bool, _) => (comparable(described, held), bound),
        _ => (held, bound),
    })
}

/// One list where the values can stand in one, since a long chain of conditions is slow to plan.
fn among(described: &Column, held: &Expr, values: &[Value]) -> Result<Expr, &'static str> {
    if matches!(described.kind, Kind::Text | Kind::Enum(_) | Kind::Bool | Kind::Other) {
        let each = values.iter().map(|value| bind::equal(described, held.clone(), value));
        return Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().reduce(Expr::or).unwrap_or_else(never));
    }
    let bound = values.iter().map(|value| bind::value(described, value)).collect::<Result<Vec<_>, _>>()?;
    Ok(if bound.is_empty() { never() } else { held.clone().is_in(bound) })
}

/// `|` escapes, because what a backslash does depends on the session.
fn pattern(needle: &str, before: &str) -> String {
    format!("{before}{}%", needle.replace('|', "||").replace('%', "|%").replace('_', "|_"))
}

/// Text taken literally, letter case ignored and nothing else.
fn search(described: &Column, held: Expr, pattern: &str) -> Result<Expr> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(Error::invalid(format!("The text that `{}` is searched for is too long.", described.name)));
    }
    let held = match described.kind {
        Kind::Text | Kind::Enum(_) => held,
        _ => cast(comparable(described, held), "CHAR"),
    };
    let like = "LOWER(CONVERT(? USING utf8mb4)) COLLATE utf8mb4_bin LIKE LOWER(?) ESCAPE '|'";
    Ok(Expr::cust_with_exprs(like, [held, Expr::val(pattern)]))
}
