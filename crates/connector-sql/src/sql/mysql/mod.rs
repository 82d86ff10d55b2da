//! MySQL's and MariaDB's own ways: what both understand.

pub(crate) mod bind;
pub(crate) mod filter;
pub(crate) mod show;
mod time;

use sea_query::Expr;

use crate::introspect::is_geometry;
use crate::schema::{Column, Kind};

/// How many characters of a text it is sorted by. Servers look at a bounded number of bytes, and a position in the
/// order must be found by the same ones.
pub(crate) const SORTED_CHARACTERS_MAX: u32 = 1000;

/// A column's value as what it is compared and sorted by.
pub(crate) fn comparable(described: &Column, held: Expr) -> Expr {
    match &described.kind {
        // By their place in the list, as they are sorted.
        Kind::Enum(_) | Kind::Array(_) => Expr::cust_with_expr("? + 0", held),
        Kind::Other | Kind::Bool if described.mysql.name == "bit" => Expr::cust_with_expr("? + 0", held),
        Kind::Other if is_geometry(&described.mysql.name) => Expr::cust_with_expr("ST_AsText(?)", held),
        _ => held,
    }
}

/// The same, no longer than servers sort by.
pub(crate) fn sortable(described: &Column, held: Expr) -> Expr {
    let long = described.max_length.is_none_or(|length| length > SORTED_CHARACTERS_MAX);
    match described.kind {
        Kind::Text if long => Expr::cust_with_expr(format!("LEFT(?, {SORTED_CHARACTERS_MAX})"), held),
        _ => comparable(described, held),
    }
}

/// What [`comparable`] gives, as text that [`bind::cell`] takes back.
pub(crate) fn spelled(described: &Column, comparable: Expr) -> Expr {
    match described.kind {
        Kind::Bytes => Expr::cust_with_expr("LOWER(HEX(?))", comparable),
        // As an exact double: four bytes would be printed with six digits.
        Kind::Float => Expr::cust_with_expr("CAST(? + 0e0 AS CHAR)", comparable),
        Kind::Text => Expr::cust_with_expr("CONVERT(? USING utf8mb4)", comparable),
        _ => Expr::cust_with_expr("CAST(? AS CHAR)", comparable),
    }
}
