use connector::{Error, ErrorKind, Result};
use serde_json::{Number, Value};

use super::layout::{Layout, Shape};

/// What bits say.
pub(crate) fn bits(layout: &Layout, bits: &[bool]) -> Value {
    match (layout.each, bits) {
        (None, [bit, ..]) => Value::Bool(*bit),
        _ => Value::Array(bits.iter().map(|bit| Value::Bool(*bit)).collect()),
    }
}

/// What registers say.
pub(crate) fn words(layout: &Layout, words: &[u16]) -> Result<Value> {
    match layout.each {
        None => value(layout, words),
        Some(each) => {
            words.chunks_exact(usize::from(each).max(1)).map(|words| value(layout, words)).collect::<Result<_>>()
        }
    }
}

fn value(layout: &Layout, words: &[u16]) -> Result<Value> {
    let bytes = bytes(layout, words);
    match layout.shape {
        Shape::Truth => Ok(Value::Bool(words.iter().any(|word| *word != 0))),
        Shape::Integer { signed, bits } => integer(layout, &bytes, signed, bits),
        Shape::Float => float(layout, &bytes),
        Shape::Text => text(&bytes),
        Shape::Hex => Ok(Value::String(bytes.iter().map(|byte| format!("{byte:02x}")).collect())),
    }
}

/// From the most significant one on.
fn bytes(layout: &Layout, words: &[u16]) -> Vec<u8> {
    let pair = |word: &u16| if layout.big_bytes { word.to_be_bytes() } else { word.to_le_bytes() };
    // Text and bytes are read in the order in which they stand: only numbers have a most significant word.
    if layout.big_words || matches!(layout.shape, Shape::Text | Shape::Hex) {
        words.iter().flat_map(pair).collect()
    } else {
        words.iter().rev().flat_map(pair).collect()
    }
}

fn integer(layout: &Layout, bytes: &[u8], signed: bool, bits: u16) -> Result<Value> {
    let whole = bytes.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let kept = if bits >= 64 { whole } else { whole & ((1 << bits) - 1) };
    let number = if signed && bits > 0 && kept >> (bits - 1) & 1 == 1 {
        i128::from(kept) - (1_i128 << bits)
    } else {
        i128::from(kept)
    };
    if layout.scale == 1.0 && layout.offset == 0.0 {
        return Number::from_i128(number).map(Value::Number).ok_or_else(no_value);
    }
    // Exact: what is scaled has few bits in all real devices, and 53 are kept.
    #[expect(clippy::cast_precision_loss, reason = "a scaled reading is a floating-point number by its nature")]
    json(layout, scaled(layout, number as f64))
}

/// A number in registers as the value that it means. Steps such as 0.1 are divided by 10, which leaves no dust.
pub(crate) fn scaled(layout: &Layout, number: f64) -> f64 {
    let inverse = (1.0 / layout.scale).round();
    let is_part = (1.0 / layout.scale - inverse).abs() < 1e-9 && inverse != 0.0;
    (if is_part { number / inverse } else { number * layout.scale }) + layout.offset
}

fn float(layout: &Layout, bytes: &[u8]) -> Result<Value> {
    let number = match bytes {
        // The shortest digits that mean the same: 21.1, and not the 21.100000381… that it is nearest to.
        [a, b, c, d] => f32::from_be_bytes([*a, *b, *c, *d]).to_string().parse().unwrap_or(f64::NAN),
        [a, b, c, d, e, f, g, h] => f64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
        _ => f64::NAN,
    };
    let is_scaled = layout.scale != 1.0 || layout.offset != 0.0;
    json(layout, if is_scaled { scaled(layout, number) } else { number })
}

fn json(layout: &Layout, number: f64) -> Result<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and is in range")]
    if layout.whole && number.fract() == 0.0 && number.abs() < 9e15 {
        return Ok(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number).ok_or_else(no_value)
}

fn text(bytes: &[u8]) -> Result<Value> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = std::str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(|_| no_value())?;
    Ok(Value::String(text.trim_end_matches(' ').to_owned()))
}

/// `NaN`, infinity, text that is none: devices write such where they have nothing to tell.
fn no_value() -> Error {
    Error::new(ErrorKind::Unavailable, "The device has no value there right now.")
}
