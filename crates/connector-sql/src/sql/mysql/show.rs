//! Values as the text of JSON values. The rows are put together from such texts, because the two servers' functions
//! for JSON objects take different things for JSON.

use sea_query::{Expr, Func};

use crate::introspect::is_geometry;
use crate::schema::{Column, Kind, Table};
use crate::sql::column;
use crate::sql::show::{EXACT_DIGITS, EXACT_MAX};

/// A whole row as the text of a JSON object.
pub(crate) fn row(table: &Table, alias: Option<&str>, columns: &[usize]) -> Expr {
    let mut parts = Vec::with_capacity(columns.len() * 2 + 1);
    for (place, at) in columns.iter().enumerate() {
        let described = &table.columns[*at];
        let name = serde_json::Value::from(described.name.as_str());
        parts.push(literal(&format!("{}{name}:", if place == 0 { '{' } else { ',' })));
        let shown = json(described, column(alias, &described.name));
        parts.push(Expr::cust_with_expr("COALESCE(?, 'null')", shown));
    }
    parts.push(literal(if columns.is_empty() { "{}" } else { "}" }));
    Func::cust("CONCAT").args(parts).into()
}

/// A value as the text of a JSON value; null is SQL's null.
pub(crate) fn json(described: &Column, held: Expr) -> Expr {
    let with = |sql: &'static str, times: usize| Expr::cust_with_exprs(sql, std::iter::repeat_n(held.clone(), times));
    let name = described.mysql.name.as_str();
    match &described.kind {
        Kind::Integer { bits } => {
            let digits = match described.mysql.zerofill {
                true => with("CAST(? + 0 AS CHAR)", 1),
                false => with("CAST(? AS CHAR)", 1),
            };
            if *bits < 64 {
                return digits;
            }
            let sql = format!(
                "CASE WHEN ? <= {EXACT_MAX} AND ? >= -{EXACT_MAX} THEN ? WHEN ? IS NOT NULL THEN JSON_QUOTE(?) END"
            );
            Expr::cust_with_exprs(sql, [held.clone(), held.clone(), digits.clone(), held, digits])
        }
        Kind::Decimal { small: true } => with("CAST(? + 0 AS CHAR)", 1),
        Kind::Decimal { small: false } => decimal(with("CAST(? + 0 AS CHAR)", 1)),
        // Four bytes are printed with six digits: where these are not all, as the double that they are.
        Kind::Float if name == "float" => {
            with("CASE WHEN CAST(CAST(? AS CHAR) AS FLOAT) = ? THEN CAST(? AS CHAR) ELSE CAST(? + 0e0 AS CHAR) END", 4)
        }
        Kind::Float => with("CAST(? AS CHAR)", 1),
        Kind::Bool => with("CASE ? + 0 WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE CAST(? + 0 AS CHAR) END", 2),
        Kind::Text | Kind::Enum(_) => with("JSON_QUOTE(CONVERT(? USING utf8mb4))", 1),
        Kind::Array(_) => {
            let list = "REPLACE(JSON_QUOTE(CONVERT(? USING utf8mb4)), ',', '\",\"')";
            let sql = format!("CASE WHEN ? + 0 = 0 THEN '[]' ELSE CONCAT('[', {list}, ']') END");
            Expr::cust_with_exprs(sql, [held.clone(), held])
        }
        Kind::Timestamp => with(INSTANT, 1),
        Kind::TimestampTz => with(INSTANT_UTC, 1),
        Kind::Time => with(TIME, 1),
        Kind::Json => {
            let text = "CONVERT(? USING utf8mb4)";
            let sql = format!("CASE WHEN JSON_VALID(?) THEN {text} ELSE JSON_QUOTE({text}) END");
            Expr::cust_with_exprs(sql, std::iter::repeat_n(held, 3))
        }
        Kind::Bytes => with("JSON_QUOTE(LOWER(HEX(?)))", 1),
        Kind::Other if name == "bit" => {
            let sql = format!("JSON_QUOTE(LPAD(BIN(? + 0), {}, '0'))", described.mysql.length.unwrap_or(1));
            Expr::cust_with_expr(sql, held)
        }
        Kind::Other if is_geometry(name) => with("JSON_QUOTE(CONVERT(ST_AsText(?) USING utf8mb4))", 1),
        Kind::Date | Kind::Uuid | Kind::Other => with("JSON_QUOTE(CAST(? AS CHAR))", 1),
    }
}

// The part of a second has no zeros at its end, as in PostgreSQL.
const INSTANT: &str =
    "JSON_QUOTE(TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM DATE_FORMAT(?, '%Y-%m-%dT%H:%i:%s.%f'))))";
const INSTANT_UTC: &str = "JSON_QUOTE(CONCAT(TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM DATE_FORMAT(?, '%Y-%m-%dT%H:%i:%s.%f'))), '+00:00'))";
const TIME: &str = "JSON_QUOTE(TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM TIME_FORMAT(?, '%H:%i:%s.%f'))))";

/// A number where every JSON reader keeps its digits, else a string.
fn decimal(digits: Expr) -> Expr {
    let whole = "IF(LOCATE('.', ?) > 0, TRIM(TRAILING '0' FROM ?), ?)";
    let sql = format!(
        "CASE WHEN CHAR_LENGTH(REPLACE(REPLACE({whole}, '-', ''), '.', '')) <= {EXACT_DIGITS} THEN ? ELSE JSON_QUOTE(?) END"
    );
    Expr::cust_with_exprs(sql, std::iter::repeat_n(digits, 5))
}

/// Text of ours as an SQL string. What could end or change one is spelled by its bytes, since what a backslash means
/// depends on the session.
fn literal(text: &str) -> Expr {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ' ' | '{' | '}' | ',' | ':' | '"');
    if text.chars().all(harmless) {
        return Expr::cust(format!("'{text}'"));
    }
    let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    Expr::cust(format!("_utf8mb4 x'{bytes}'"))
}
