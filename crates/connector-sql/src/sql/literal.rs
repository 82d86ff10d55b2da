//! Values as SQL text, for the one place where they cannot be bound: several statements sent as one.

use std::fmt::Write;

use sea_query::Value;

/// A value as an expression of the type that it would be bound with.
///
/// Nothing in a value can end it: a text is written as the hexadecimal digits of its bytes, which the server itself
/// turns back, and a number as its digits. `None` for what nothing here binds.
pub(crate) fn literal(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(None) => "NULL::pg_catalog.text".into(),
        Value::String(Some(text)) => self::text(text),
        Value::Bytes(None) => "NULL::pg_catalog.bytea".into(),
        Value::Bytes(Some(bytes)) => self::bytes(bytes),
        Value::BigInt(number) => whole(*number),
        Value::Int(number) => whole(number.map(i64::from)),
        // As in binding: these come from limits and offsets only.
        Value::BigUnsigned(number) => whole(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX))),
        Value::Double(None) => "NULL::pg_catalog.float8".into(),
        Value::Double(Some(number)) => format!("{}::pg_catalog.float8", text(&number.to_string())),
        _ => return None,
    })
}

/// A text, whatever is in it.
pub(crate) fn text(text: &str) -> String {
    format!("pg_catalog.convert_from({}, 'UTF8')", bytes(text.as_bytes()))
}

fn bytes(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a text does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    format!("pg_catalog.decode('{digits}', 'hex')")
}

fn whole(number: Option<i64>) -> String {
    number.map_or_else(|| "NULL::pg_catalog.int8".into(), |number| format!("({number})::pg_catalog.int8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_ends_it() {
        let hostile = [
            "",
            "'",
            "''",
            "\\'",
            "'; DROP TABLE users; --",
            "$$",
            "$1",
            "${x}",
            "\u{0}",
            "\r\n;COMMIT;",
            "*/",
            "--",
            "E'\\x27'",
            "\u{2019}\u{ff07}",
            "🦀",
            "'||pg_sleep(10)||'",
            "\u{feff}",
            "%s",
            "\\",
            "\"",
            "');--",
        ];
        for value in hostile {
            let written = literal(&Value::from(value)).unwrap();
            let digits = written
                .strip_prefix("pg_catalog.convert_from(pg_catalog.decode('")
                .and_then(|rest| rest.strip_suffix("', 'hex'), 'UTF8')"))
                .unwrap();
            assert!(digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)), "{written}");
            let read: Vec<u8> =
                (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
            assert_eq!(read, value.as_bytes());
        }
    }

    #[test]
    fn numbers_are_digits_of_their_type() {
        assert_eq!(literal(&Value::from(i64::MIN)).unwrap(), "(-9223372036854775808)::pg_catalog.int8");
        assert_eq!(literal(&Value::from(u64::MAX)).unwrap(), "(9223372036854775807)::pg_catalog.int8");
        assert_eq!(literal(&Value::from(None::<String>)).unwrap(), "NULL::pg_catalog.text");
        assert!(literal(&Value::from(f64::NAN)).unwrap().contains("4e614e"));
        assert_eq!(literal(&Value::from(true)), None);
    }
}
