//! Values of arguments as bound parameters of the column's type. The server would forgive much where it compares: text
//! that begins with a number, dates that are none. So values are read here, strictly.

use sea_query::{Expr, ExprTrait, Value as Bound};
use serde_json::Value;

use super::{comparable, time};
use crate::introspect::is_geometry;
use crate::pool::Cell;
use crate::schema::{Column, Kind};
use crate::sql::{cast, text};

type Needed = &'static str;

pub(crate) fn value(described: &Column, value: &Value) -> Result<Expr, Needed> {
    const MISFIT: Needed = "a number that its type can hold";
    let name = described.mysql.name.as_str();
    if value.is_null() {
        return Ok(Expr::null());
    }
    match &described.kind {
        Kind::Integer { .. } => {
            let number = text::integer_of_any_sign(value)?;
            let fits = described.whole_numbers().is_none_or(|(least, most)| (least..=most).contains(&number));
            // Of two digits the server makes a year of this century or the last.
            let year = name != "year" || number == 0 || (1901..=2155).contains(&number);
            if fits && year { Ok(whole(number)) } else { Err(MISFIT) }
        }
        Kind::Bool => Ok(Expr::val(i64::from(text::truth(value)?))),
        Kind::Decimal { .. } => match value {
            Value::Number(number) => decimal(&number.to_string()).ok_or(MISFIT),
            Value::String(digits) if text::is_decimal(digits) => decimal(digits).ok_or(MISFIT),
            _ => Err("a number"),
        },
        Kind::Float => match value {
            Value::Number(number) => float(described, number.as_f64()),
            Value::String(digits) if text::is_decimal(digits) => float(described, digits.parse().ok()),
            _ => Err("a number"),
        },
        Kind::Json => Ok(Expr::val(value.to_string())),
        Kind::Bytes => Ok(Expr::val(Bound::Bytes(Some(text::bytes(value)?)))),
        Kind::Array(_) => set(described, value),
        Kind::Timestamp | Kind::TimestampTz => {
            const NEEDED: Needed = "a date and time such as 2026-01-31T09:30:00Z";
            value.as_str().and_then(time::instant).map(|text| cast(Expr::val(text), "DATETIME(6)")).ok_or(NEEDED)
        }
        Kind::Date => {
            let date = value.as_str().and_then(time::date);
            date.map(|text| cast(Expr::val(text), "DATE")).ok_or("a date such as 2026-01-31")
        }
        Kind::Time => {
            let time = value.as_str().and_then(time::of_day);
            time.map(|text| cast(Expr::val(text), "TIME(6)")).ok_or("a time such as 09:30:00")
        }
        Kind::Other if name == "bit" => {
            let digits = value.as_str().filter(|digits| digits.len() <= described.mysql.length.unwrap_or(1) as usize);
            let bits = digits.and_then(|digits| u64::from_str_radix(digits, 2).ok());
            bits.map(Expr::val).ok_or("its bits, such as 1010")
        }
        Kind::Other if is_geometry(name) => {
            let shape = text::spell(&Kind::Text, value)?;
            // What is no shape would become null without a word; two rows for one value are an error.
            let sql = "COALESCE(ST_GeomFromText(?), ST_GeomFromText((SELECT '' UNION SELECT ' .')))";
            Ok(Expr::cust_with_expr(sql, Expr::val(shape)))
        }
        Kind::Text | Kind::Uuid | Kind::Enum(_) | Kind::Other => {
            let spelled = text::spell(&described.kind, value)?;
            match described.max_length {
                Some(length) if spelled.chars().count() > length as usize => Err("a shorter text"),
                _ => Ok(Expr::val(spelled)),
            }
        }
    }
}

fn whole(number: i128) -> Expr {
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(number), _) => Expr::val(number),
        (_, Ok(number)) => Expr::val(number),
        _ => Expr::null(),
    }
}

/// Exact, with as many places as it has: next to text the server would compare as doubles. At most 65 digits, 30 of
/// them after the point: <https://dev.mysql.com/doc/refman/8.0/en/fixed-point-types.html>.
fn decimal(digits: &str) -> Option<Expr> {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.parse::<i32>().ok()?;
    // No double has a larger one.
    let shift = usize::try_from(exponent.unsigned_abs()).ok().filter(|shift| *shift <= 400)?;
    let (whole, part) = if exponent < 0 {
        let before = format!("{before:0>width$}", width = shift + 1);
        let (whole, moved) = before.split_at(before.len() - shift);
        (whole.to_owned(), format!("{moved}{after}"))
    } else {
        let after = format!("{after:0<shift$}");
        let (moved, part) = after.split_at(shift);
        (format!("{before}{moved}"), part.to_owned())
    };
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    (part.len() <= 30 && whole.len() + part.len() <= 65)
        .then(|| cast(Expr::val(format!("{sign}0{whole}.{part}0")), &format!("DECIMAL(65,{})", part.len())))
}

fn float(described: &Column, number: Option<f64>) -> Result<Expr, Needed> {
    let number = number.filter(|number| number.is_finite()).ok_or("a number that its type can hold")?;
    Ok(if described.mysql.name == "float" { cast(Expr::val(number), "FLOAT") } else { Expr::val(number) })
}

/// The members of a SET.
fn set(described: &Column, value: &Value) -> Result<Expr, Needed> {
    let Kind::Array(element) = &described.kind else { return Err("a list") };
    let members = value.as_array().ok_or("a list")?;
    let members = members.iter().map(|member| text::spell(element, member)).collect::<Result<Vec<_>, _>>();
    Ok(Expr::val(members.map_err(|_| "a list of its listed values")?.join(",")))
}

/// A value as [`super::spelled`] would give it back from the column.
pub(crate) fn spell(described: &Column, value: &Value) -> Option<String> {
    let plain = || text::spell(&Kind::Text, value).ok();
    match &described.kind {
        Kind::Integer { .. } => text::integer_of_any_sign(value).ok().map(|number| number.to_string()),
        Kind::Bool => text::truth(value).ok().map(|truth| i64::from(truth).to_string()),
        Kind::Bytes => {
            let digits = value.as_str()?.to_ascii_lowercase();
            // Bytes of a fixed length are filled up.
            let length =
                described.mysql.length.filter(|_| described.mysql.name == "binary").unwrap_or_default() as usize;
            Some(format!("{digits:0<width$}", width = length * 2))
        }
        Kind::Enum(values) => {
            let text = value.as_str()?;
            values.iter().position(|value| value == text).map(|place| (place + 1).to_string())
        }
        Kind::Timestamp | Kind::TimestampTz => time::instant(value.as_str()?),
        Kind::Date => time::date(value.as_str()?),
        Kind::Time => time::of_day(value.as_str()?),
        Kind::Other if described.mysql.name == "bit" => {
            u64::from_str_radix(value.as_str()?, 2).ok().map(|bits| bits.to_string())
        }
        _ => plain(),
    }
}

/// Holds where a column has this value and no other that its collation takes for the same.
pub(crate) fn equal(described: &Column, held: Expr, value: &Value) -> Result<Expr, Needed> {
    if matches!(described.kind, Kind::Text | Kind::Enum(_)) && !value.is_null() {
        // Also one that is too long to be there.
        return Ok(same_text(described, held, &text::spell(&described.kind, value)?));
    }
    let bound = self::value(described, value)?;
    Ok(match (&described.kind, value.as_str()) {
        (Kind::Other, Some(text)) if is_geometry(&described.mysql.name) => {
            comparable(described, held).eq(Expr::val(text))
        }
        (Kind::Bool, _) => comparable(described, held).eq(bound),
        _ => held.eq(bound),
    })
}

/// By the column's collation, so that an index serves, and by every byte.
fn same_text(described: &Column, held: Expr, text: &str) -> Expr {
    let bytes = "CAST(CONVERT(? USING utf8mb4) AS BINARY) = CAST(? AS BINARY)";
    let bytes = Expr::cust_with_exprs(bytes, [held.clone(), Expr::val(text)]);
    side(described, held, text).eq(Expr::val(text)).and(bytes)
}

/// A text column as it can be compared with `text`: an older character set cannot be with what it cannot hold.
pub(crate) fn side(described: &Column, held: Expr, text: &str) -> Expr {
    match described.mysql.unicode || text.is_ascii() {
        true => held,
        false => Expr::cust_with_expr("CONVERT(? USING utf8mb4)", held),
    }
}

/// A value that the server gave earlier, spelled by [`super::spelled`].
pub(crate) fn cell(described: &Column, cell: &Cell) -> Expr {
    let Cell::Text(text) = cell else { return Expr::null() };
    let read = || match &described.kind {
        Kind::Integer { .. } | Kind::Enum(_) | Kind::Array(_) | Kind::Bool => text.parse().ok().map(whole),
        Kind::Other if described.mysql.name == "bit" => text.parse().ok().map(whole),
        Kind::Decimal { .. } => text::is_decimal(text).then(|| decimal(text))?,
        Kind::Float => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Expr::val),
        Kind::Bytes => text::unhex(text).map(|bytes| Expr::val(Bound::Bytes(Some(bytes)))),
        Kind::Timestamp | Kind::TimestampTz => Some(cast(Expr::val(text.as_str()), "DATETIME(6)")),
        Kind::Date => Some(cast(Expr::val(text.as_str()), "DATE")),
        Kind::Time => Some(cast(Expr::val(text.as_str()), "TIME(6)")),
        Kind::Text | Kind::Uuid | Kind::Json | Kind::Other => Some(Expr::val(text.as_str())),
    };
    read().unwrap_or_else(Expr::null)
}

/// The caller's id as a value of the column's type, if it is one in its only spelling.
pub(crate) fn caller(described: &Column, id: &str) -> Option<Expr> {
    match &described.kind {
        Kind::Integer { .. } => {
            let number = id.parse::<i128>().ok().filter(|number| number.to_string() == id)?;
            let (least, most) = described.whole_numbers()?;
            (least..=most).contains(&number).then(|| whole(number))
        }
        Kind::Decimal { .. } => text::canonical_integer(id).and_then(|number| decimal(&number.to_string())),
        Kind::Uuid => text::canonical_uuid(id).then(|| Expr::val(id)),
        // Sixteen bytes are a UUID, and others a text: never both, so that no two ids are the same bytes.
        Kind::Bytes if described.mysql.name == "binary" && described.mysql.length == Some(16) => {
            let bytes = text::canonical_uuid(id).then(|| text::unhex(&id.replace('-', "")))??;
            Some(Expr::val(Bound::Bytes(Some(bytes))))
        }
        Kind::Bytes => Some(Expr::val(Bound::Bytes(Some(id.as_bytes().to_vec())))),
        Kind::Text => Some(Expr::val(id)),
        Kind::Enum(values) => values.iter().any(|value| value == id).then(|| Expr::val(id)),
        _ => None,
    }
}

/// Holds where `held` is exactly the caller's id.
pub(crate) fn is_caller(described: &Column, held: Expr, id: &str) -> Option<Expr> {
    let bound = caller(described, id)?;
    Some(match described.kind {
        Kind::Text | Kind::Enum(_) => same_text(described, held, id),
        _ => held.eq(bound),
    })
}
