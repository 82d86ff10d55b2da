//! JSON values as the text that PostgreSQL reads, and the checks that both engines share.

use serde_json::Value;

use crate::schema::Kind;

type Needed = &'static str;

/// The text of a value that is not null.
pub(super) fn spell(kind: &Kind, value: &Value) -> Result<String, Needed> {
    match (kind, value) {
        (Kind::Json, value) => Ok(value.to_string()),
        (Kind::Array(element), Value::Array(values)) => array(element, values),
        (Kind::Array(_), _) => Err("a list"),
        (Kind::Integer { bits }, value) => {
            let number = integer(value)?;
            let fits = match bits {
                16 => i16::try_from(number).is_ok(),
                32 => i32::try_from(number).is_ok(),
                _ => true,
            };
            if fits { Ok(number.to_string()) } else { Err("a number that its type can hold") }
        }
        (Kind::Bool, value) => Ok(truth(value)?.to_string()),
        (Kind::Bytes, value) => bytes(value).map(|_| value.as_str().unwrap_or_default().to_owned()),
        (Kind::Uuid, Value::String(text)) if is_uuid(text) => Ok(text.clone()),
        (Kind::Uuid, _) => Err("a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
        (Kind::Enum(values), Value::String(text)) if values.contains(text) => Ok(text.clone()),
        (Kind::Enum(_), _) => Err("one of its listed values"),
        (Kind::Decimal { .. } | Kind::Float, Value::String(text)) if is_decimal(text) => Ok(text.clone()),
        // As they are shown; where a type has none of them the server says so.
        (Kind::Decimal { .. } | Kind::Float, Value::String(text))
            if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") =>
        {
            Ok(text.clone())
        }
        (Kind::Decimal { .. } | Kind::Float, Value::Number(number)) => Ok(number.to_string()),
        (Kind::Decimal { .. } | Kind::Float, _) => Err("a number"),
        (_, Value::String(text)) => Ok(text.clone()),
        (_, Value::Number(number)) => Ok(number.to_string()),
        (_, Value::Bool(truth)) => Ok(truth.to_string()),
        _ => Err("a single value"),
    }
}

/// <https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>
fn array(element: &Kind, values: &[Value]) -> Result<String, Needed> {
    let mut text = String::from("{");
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        match (element, value) {
            (_, Value::Null) => text.push_str("NULL"),
            (kind, Value::Array(inner)) if *kind != Kind::Json => text.push_str(&array(kind, inner)?),
            (kind, value) => {
                text.push('"');
                let spelled = spell(kind, value)?;
                let spelled = if *kind == Kind::Bytes { format!("\\x{spelled}") } else { spelled };
                text.push_str(&spelled.replace('\\', "\\\\").replace('"', "\\\""));
                text.push('"');
            }
        }
    }
    text.push('}');
    Ok(text)
}

/// A whole number, also one spelled as text or as `3.0`.
pub(super) fn integer(value: &Value) -> Result<i64, Needed> {
    const NEEDED: Needed = "a whole number";
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Ok(number),
            #[expect(clippy::cast_possible_truncation, reason = "within the bounds that are exact")]
            (None, Some(number)) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
                Ok(number as i64)
            }
            (None, _) => Err("a whole number of at most 64 bits"),
        },
        Value::String(digits) => digits.parse().map_err(|_| NEEDED),
        _ => Err(NEEDED),
    }
}

/// The same, beyond 64 bits with a sign.
pub(super) fn integer_of_any_sign(value: &Value) -> Result<i128, Needed> {
    match value {
        Value::Number(number) if number.is_u64() => Ok(i128::from(number.as_u64().unwrap_or_default())),
        Value::String(digits) if digits.len() <= 24 => digits.parse().map_err(|_| "a whole number"),
        _ => integer(value).map(i128::from),
    }
}

pub(super) fn truth(value: &Value) -> Result<bool, Needed> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::Number(number) if number.as_i64() == Some(0) => Ok(false),
        Value::Number(number) if number.as_i64() == Some(1) => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err("true or false"),
    }
}

pub(super) fn bytes(value: &Value) -> Result<Vec<u8>, Needed> {
    value.as_str().and_then(unhex).ok_or("bytes as pairs of hexadecimal digits")
}

pub(super) fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pair = |pair: &[u8]| {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        u8::try_from(digit(0)? * 16 + digit(1)?).ok()
    };
    digits.chunks(2).map(pair).collect()
}

pub(super) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(part)
}

pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// RFC 9562 section 4: in lower case, as it is to be written.
pub(super) fn canonical_uuid(id: &str) -> bool {
    is_uuid(id) && !id.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The number whose only spelling this is.
pub(super) fn canonical_integer(id: &str) -> Option<i64> {
    id.parse::<i64>().ok().filter(|number| number.to_string() == id)
}

/// Whether SQLite could take this for a number.
pub(super) fn looks_numeric(id: &str) -> bool {
    id.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}').parse::<f64>().is_ok()
}

/// Whether SQLite reads this as a date, with or without a time.
pub(crate) fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00") else { return false };
    let Some(time) = rest.strip_prefix(['T', ' ']) else { return rest.is_empty() };
    let (time, zone) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let (time, part) = time.split_once('.').unwrap_or((time, "0"));
    matches!(time, "00:00" | "00:00:00")
        && !part.is_empty()
        && part.bytes().all(|byte| byte == b'0')
        && matches!(zone, "" | "Z" | "z" | "+00:00" | "-00:00")
}
