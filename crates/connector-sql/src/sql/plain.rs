//! Values bound to text that configuration wrote: the same rules as for columns, without building an expression.

use connector::{Error, Result};
use sea_query::Value as Bound;
use serde_json::Value;

use super::text;
use crate::schema::{Column, Engine, Kind};

/// How the parameter of this number is written, so that it has the column's type.
pub(crate) fn slot(engine: Engine, column: &Column, number: usize) -> String {
    match (engine, &column.kind) {
        (Engine::Sqlite, _) => format!("?{number}"),
        (Engine::MySql, _) => "?".into(),
        (Engine::Postgres, Kind::Bytes) => format!("decode(${number}, 'hex')"),
        (Engine::Postgres, _) => format!("CAST(${number} AS {})", column.cast),
    }
}

/// How the parameter of this number is written where it holds who calls. SQLite would let the other side of a
/// comparison say that letter case does not matter.
pub(crate) fn caller_slot(engine: Engine, column: &Column, number: usize) -> String {
    match engine {
        Engine::Sqlite => format!("(?{number} COLLATE BINARY)"),
        Engine::Postgres | Engine::MySql => slot(engine, column, number),
    }
}

/// An argument's value, or the sentence that says what the argument `name` needs.
pub(crate) fn value(engine: Engine, column: &Column, name: &str, value: &Value) -> Result<Bound> {
    if value.is_null() {
        return Ok(Bound::String(None));
    }
    let bound = match engine {
        Engine::Postgres => text::spell(&column.kind, value).map(Bound::from),
        Engine::Sqlite | Engine::MySql => sqlite(&column.kind, value),
    };
    match bound {
        Ok(Bound::String(Some(text))) if text.contains('\0') => {
            Err(Error::invalid(format!("`{name}` needs a text without NUL characters.")))
        }
        Ok(bound) => Ok(bound),
        Err(needed) => Err(Error::invalid(format!("`{name}` needs {needed}."))),
    }
}

fn sqlite(kind: &Kind, value: &Value) -> Result<Bound, &'static str> {
    Ok(match (kind, value) {
        (Kind::Integer { .. }, _) => Bound::BigInt(Some(text::integer(value)?)),
        (Kind::Bool, _) => Bound::BigInt(Some(text::truth(value)?.into())),
        (Kind::Decimal { .. } | Kind::Float, Value::Number(number)) => match number.as_i64() {
            Some(whole) => Bound::BigInt(Some(whole)),
            None => Bound::Double(number.as_f64()),
        },
        (Kind::Decimal { .. } | Kind::Float, _) => return Err("a number"),
        // A list is read by SQLite's own json_each.
        (Kind::Array(_), Value::Array(_)) => Bound::from(value.to_string()),
        (Kind::Array(_), _) => return Err("a list"),
        _ => Bound::from(text::spell(&Kind::Text, value)?),
    })
}

/// Whether a value can be told apart from all others as text, or as what it is compared with.
pub(crate) fn can_be_caller(column: &Column) -> bool {
    matches!(column.kind, Kind::Text | Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Uuid)
}

/// Who calls, if this can be a value of the column's type. No spelling is forgiven: `07` is not 7.
pub(crate) fn caller(engine: Engine, column: &Column, id: &str) -> Option<Bound> {
    let canonical = match (engine, &column.kind) {
        // Compared with a number, SQLite would take `7.0` and `07` for 7.
        (Engine::Sqlite | Engine::MySql, _) => text::canonical_integer(id).is_some() || !text::looks_numeric(id),
        (Engine::Postgres, Kind::Integer { bits: 16 }) => id.parse::<i16>().is_ok_and(|it| it.to_string() == id),
        (Engine::Postgres, Kind::Integer { bits: 32 }) => id.parse::<i32>().is_ok_and(|it| it.to_string() == id),
        (Engine::Postgres, Kind::Integer { .. } | Kind::Decimal { .. }) => text::canonical_integer(id).is_some(),
        (Engine::Postgres, Kind::Uuid) => text::canonical_uuid(id),
        (Engine::Postgres, _) => true,
    };
    (canonical && !id.contains('\0')).then(|| Bound::from(id))
}

/// `2026-01-31`
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && text::is_time(text)
}

pub(crate) use text::{is_time, is_uuid};
