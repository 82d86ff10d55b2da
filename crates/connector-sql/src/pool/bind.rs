use sea_query::Value;
use sqlx::mysql::MySqlArguments;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Error};

/// Whole numbers without a sign come from limits and offsets only, so none is too large for 64 signed bits; but
/// MySQL's columns hold such.
fn whole(value: &Value) -> Option<Option<i64>> {
    Some(match value {
        Value::BigUnsigned(number) => number.map(|number| i64::try_from(number).unwrap_or(i64::MAX)),
        Value::BigInt(number) => *number,
        Value::Int(number) => number.map(i64::from),
        _ => return None,
    })
}

macro_rules! arguments {
    ($name:ident, $arguments:ty $(, $large:ident)?) => {
        pub(super) fn $name(values: &[Value]) -> Result<$arguments, Error> {
            let mut arguments = <$arguments>::default();
            arguments.reserve(values.len(), 0);
            for value in values {
                match value {
                    Value::String(text) => arguments.add(text.as_deref()),
                    Value::Double(number) => arguments.add(*number),
                    Value::Bytes(bytes) => arguments.add(bytes.as_deref()),
                    $(Value::$large(number) => arguments.add(*number),)?
                    other => match whole(other) {
                        Some(number) => arguments.add(number),
                        None => Err(format!("no way to bind {other:?}").into()),
                    },
                }
                .map_err(Error::Encode)?;
            }
            Ok(arguments)
        }
    };
}

arguments!(sqlite, SqliteArguments);
arguments!(postgres, PgArguments);
arguments!(mysql, MySqlArguments, BigUnsigned);
