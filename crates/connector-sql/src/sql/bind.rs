//! Values of arguments as bound parameters.

use connector::{Error, Result};
use sea_query::{BinOper, Expr, ExprTrait, Func, Value as Bound};
use serde_json::Value;

use super::{cast, text};
use crate::pool::Cell;
use crate::schema::{Affinity, Column, Engine, Kind};

/// What a value must be, in words that follow "needs".
type Needed = &'static str;

/// A value for a column, or the sentence that says what the field `name` needs.
pub(crate) fn value(engine: Engine, column: &Column, name: &str, value: &Value) -> Result<Expr> {
    let bound = match engine {
        Engine::Postgres => postgres(column, value),
        Engine::Sqlite => sqlite(column, value),
        Engine::MySql => super::mysql::bind::value(column, value),
    };
    bound.map_err(|needed| Error::invalid(format!("`{name}` needs {needed}.")))
}

/// Holds where a column has this value.
pub(crate) fn equal(engine: Engine, column: &Column, held: Expr, value: &Value) -> Result<Expr, Needed> {
    match engine {
        Engine::Postgres => postgres(column, value).map(|bound| held.eq(bound)),
        Engine::Sqlite => sqlite(column, value).map(|bound| held.eq(bound)),
        Engine::MySql => super::mysql::bind::equal(column, held, value),
    }
}

fn postgres(column: &Column, value: &Value) -> Result<Expr, Needed> {
    if value.is_null() {
        return Ok(Expr::null());
    }
    let spelled = text::spell(&column.kind, value)?;
    if spelled.contains('\0') {
        return Err("a text without NUL characters");
    }
    if let (Kind::Text, Some(length)) = (&column.kind, column.max_length)
        && spelled.chars().count() > length as usize
    {
        return Err("a shorter text");
    }
    Ok(typed(column, spelled))
}

/// Text as a value of the column's type: the server itself reads it.
fn typed(column: &Column, spelled: String) -> Expr {
    match column.kind {
        Kind::Bytes => Func::cust("decode").arg(Expr::val(spelled)).arg(Expr::cust("'hex'")).into(),
        _ => cast(Expr::val(spelled), &column.cast),
    }
}

fn sqlite(column: &Column, value: &Value) -> Result<Expr, Needed> {
    if value.is_null() {
        return Ok(Expr::null());
    }
    let natural = |value: &Value| match value {
        Value::Bool(truth) => Ok(Expr::val(i64::from(*truth))),
        Value::Number(number) => Ok(number.as_i64().map_or_else(|| Expr::val(number.as_f64()), Expr::val)),
        Value::String(text) => Ok(Expr::val(text.as_str())),
        _ => Err("a single value"),
    };
    match &column.kind {
        Kind::Integer { .. } => Ok(Expr::val(text::integer(value)?)),
        Kind::Bool => Ok(Expr::val(i64::from(text::truth(value)?))),
        Kind::Decimal { .. } | Kind::Float => match value {
            Value::Number(_) => natural(value),
            // The column's affinity makes a number of it.
            Value::String(digits) if text::is_decimal(digits) => natural(value),
            _ => Err("a number"),
        },
        Kind::Json => Ok(Expr::val(value.to_string())),
        Kind::Bytes => Ok(Expr::val(Bound::Bytes(Some(text::bytes(value)?)))),
        Kind::Timestamp | Kind::TimestampTz | Kind::Date | Kind::Time | Kind::Other => natural(value),
        Kind::Text | Kind::Uuid | Kind::Enum(_) | Kind::Array(_) => Ok(Expr::val(text::spell(&Kind::Text, value)?)),
    }
}

/// A value that the database itself gave earlier.
pub(crate) fn cell(engine: Engine, column: &Column, cell: &Cell) -> Expr {
    match (engine, cell) {
        (_, Cell::Null) => Expr::null(),
        (Engine::MySql, cell) => super::mysql::bind::cell(column, cell),
        (Engine::Postgres, Cell::Text(text)) => cast(Expr::val(text.as_str()), &column.cast),
        (_, Cell::Text(text)) => Expr::val(text.as_str()),
        (_, Cell::Integer(number)) => Expr::val(*number),
        (_, Cell::Real(number)) => Expr::val(*number),
        (_, Cell::Broken(bytes)) => cast(Expr::val(Bound::Bytes(Some(bytes.clone()))), "TEXT"),
        (_, Cell::Blob(bytes)) => Expr::val(Bound::Bytes(Some(bytes.clone()))),
    }
}

/// Conditions that hold where `held` is exactly the caller's id; none where the id does not fit the column.
///
/// Two ids are one user only when their bytes are equal, so no spelling is forgiven: `07` is not 7, and a column that
/// ignores letter case is compared a second time as bytes.
pub(crate) fn is_caller(engine: Engine, column: &Column, held: impl Fn() -> Expr, id: &str) -> Option<Expr> {
    if engine == Engine::MySql {
        return super::mysql::bind::is_caller(column, held(), id);
    }
    let bound = caller(engine, column, id)?;
    let equal = held().eq(bound);
    let textual = !matches!(column.kind, Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Uuid | Kind::Bytes);
    let same_bytes = match engine {
        _ if !textual => None,
        Engine::Postgres => {
            (!column.exact).then(|| cast(held(), "text").binary(BinOper::Custom("COLLATE \"C\" ="), Expr::val(id)))
        }
        Engine::Sqlite | Engine::MySql => Some(held().binary(BinOper::Custom("COLLATE BINARY ="), Expr::val(id))),
    };
    let equal = same_bytes.into_iter().fold(equal, Expr::and);
    // Without a declared type SQLite may have been given the id as a number, too.
    let number = text::canonical_integer(id)
        .filter(|_| engine == Engine::Sqlite && textual && column.affinity == Affinity::Blob);
    Some(number.into_iter().fold(equal, |equal, number| equal.or(held().eq(number))))
}

/// The caller's id as a value of the column's type, if it is one.
pub(crate) fn caller(engine: Engine, column: &Column, id: &str) -> Option<Expr> {
    match (engine, &column.kind) {
        (Engine::MySql, _) => super::mysql::bind::caller(column, id),
        (_, Kind::Bytes) if engine == Engine::Sqlite => {
            let bytes = text::canonical_uuid(id).then(|| text::unhex(&id.replace('-', "")))??;
            Some(Expr::val(Bound::Bytes(Some(bytes))))
        }
        (_, Kind::Integer { bits }) => {
            let number = text::canonical_integer(id)?;
            let fits = match bits {
                16 => i16::try_from(number).is_ok(),
                32 => i32::try_from(number).is_ok(),
                _ => true,
            };
            fits.then(|| match engine {
                Engine::Sqlite | Engine::MySql => Expr::val(number),
                Engine::Postgres => typed(column, id.to_owned()),
            })
        }
        (Engine::Sqlite, _) if matches!(column.affinity, Affinity::Numeric | Affinity::Integer | Affinity::Real) => {
            // SQLite would take `7.0` and `07` for 7.
            match text::canonical_integer(id) {
                Some(number) => Some(Expr::val(number)),
                None => (!text::looks_numeric(id)).then(|| Expr::val(id)),
            }
        }
        (Engine::Sqlite, _) => Some(Expr::val(id)),
        (Engine::Postgres, Kind::Decimal { .. }) => text::canonical_integer(id).map(|_| typed(column, id.to_owned())),
        (Engine::Postgres, Kind::Uuid) => text::canonical_uuid(id).then(|| typed(column, id.to_owned())),
        (Engine::Postgres, Kind::Text) => (!id.contains('\0')).then(|| typed(column, id.to_owned())),
        (Engine::Postgres, Kind::Enum(values)) => {
            values.iter().any(|value| value == id).then(|| typed(column, id.to_owned()))
        }
        (Engine::Postgres, _) => None,
    }
}
