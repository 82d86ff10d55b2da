use connector::{Error, Result};
use serde_json::Value;

use super::decode::scaled;
use super::layout::{Layout, Shape};

/// A value as bits.
pub(crate) fn bits(layout: &Layout, value: &Value) -> Result<Vec<bool>> {
    let one = |value: &Value| value.as_bool().ok_or_else(|| Error::invalid("The device takes true or false there."));
    match (layout.each, value) {
        (None, value) => Ok(vec![one(value)?]),
        (Some(_), Value::Array(items)) if items.len() == usize::from(layout.quantity) => {
            items.iter().map(one).collect()
        }
        _ => Err(Error::invalid(format!("The device takes a list of {} times true or false there.", layout.quantity))),
    }
}

/// A value as registers.
pub(crate) fn words(layout: &Layout, value: &Value) -> Result<Vec<u16>> {
    let Some(each) = layout.each else { return one(layout, value, layout.quantity) };
    let count = usize::from(layout.quantity / each.max(1));
    let items = value.as_array().filter(|items| items.len() == count);
    let items = items.ok_or_else(|| Error::invalid(format!("The device takes a list of {count} values there.")))?;
    let words = items.iter().map(|item| one(layout, item, each)).collect::<Result<Vec<_>>>()?;
    Ok(words.concat())
}

fn one(layout: &Layout, value: &Value, width: u16) -> Result<Vec<u16>> {
    let size = usize::from(width) * 2;
    let bytes = match layout.shape {
        Shape::Truth => {
            let truth = value.as_bool().ok_or_else(|| Error::invalid("The device takes true or false there."))?;
            let mut bytes = vec![0; size];
            if let Some(last) = bytes.last_mut() {
                *last = u8::from(truth);
            }
            bytes
        }
        Shape::Integer { signed, bits } => integer(layout, value, signed, bits, size)?,
        Shape::Float => float(layout, value, size)?,
        Shape::Text => text(value, size)?,
        Shape::Hex => hex(value, size)?,
    };
    let pairs = bytes.chunks_exact(2).map(|pair| match pair {
        [first, second] if layout.big_bytes => u16::from_be_bytes([*first, *second]),
        [first, second] => u16::from_le_bytes([*first, *second]),
        _ => 0,
    });
    let mut words: Vec<u16> = pairs.collect();
    if !layout.big_words && !matches!(layout.shape, Shape::Text | Shape::Hex) {
        words.reverse();
    }
    Ok(words)
}

fn integer(layout: &Layout, value: &Value, signed: bool, bits: u16, size: usize) -> Result<Vec<u8>> {
    let number = if layout.scale == 1.0 && layout.offset == 0.0 { exact(value) } else { unscaled(layout, value)? };
    let number = number.ok_or_else(|| Error::invalid("The device takes a number without a fraction there."))?;
    let bits = u32::from(bits.clamp(1, 64));
    let (least, most) =
        if signed { (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1) } else { (0, (1_i128 << bits) - 1) };
    if !(least..=most).contains(&number) {
        let bound = |raw: i128| plain(layout, raw);
        return Err(Error::invalid(format!("The device takes {} to {} there.", bound(least), bound(most))));
    }
    let all = number.to_be_bytes();
    Ok(all.get(all.len() - size.min(8)..).unwrap_or_default().to_vec())
}

/// A whole number, also one that is written as 21.0.
fn exact(value: &Value) -> Option<i128> {
    if let Some(number) = value.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = value.as_u64() {
        return Some(number.into());
    }
    #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and is in range")]
    value.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < 9e15).map(|it| it as i128)
}

fn unscaled(layout: &Layout, value: &Value) -> Result<Option<i128>> {
    let Some(number) = value.as_f64() else { return Ok(None) };
    let raw = ((number - layout.offset) / layout.scale).round();
    if raw.abs() > 9e15 {
        return Err(Error::invalid("The number is too large for the device."));
    }
    if (scaled(layout, raw) - number).abs() > 1e-9 * number.abs().max(1.0) {
        return Err(Error::invalid(format!("The device takes steps of {} there.", layout.scale.abs())));
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is rounded and in range")]
    Ok(Some(raw as i128))
}

#[expect(clippy::cast_precision_loss, reason = "for a sentence only")]
fn plain(layout: &Layout, raw: i128) -> String {
    if layout.scale == 1.0 && layout.offset == 0.0 { raw.to_string() } else { scaled(layout, raw as f64).to_string() }
}

fn float(layout: &Layout, value: &Value, size: usize) -> Result<Vec<u8>> {
    let number = value.as_f64().ok_or_else(|| Error::invalid("The device takes a number there."))?;
    let number =
        if layout.scale == 1.0 && layout.offset == 0.0 { number } else { (number - layout.offset) / layout.scale };
    if size == 8 {
        return Ok(number.to_be_bytes().to_vec());
    }
    #[expect(clippy::cast_possible_truncation, reason = "the device keeps no more digits")]
    let short = number as f32;
    if short.is_finite() {
        Ok(short.to_be_bytes().to_vec())
    } else {
        Err(Error::invalid("The number is too large for the device."))
    }
}

fn text(value: &Value, size: usize) -> Result<Vec<u8>> {
    let text = value.as_str().filter(|text| !text.contains('\0'));
    let text = text.ok_or_else(|| Error::invalid("The device takes text there."))?;
    if text.len() > size {
        return Err(Error::invalid(format!("The device takes {size} bytes of text there.")));
    }
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(size, 0);
    Ok(bytes)
}

fn hex(value: &Value, size: usize) -> Result<Vec<u8>> {
    let digits = value.as_str().filter(|it| it.len() == size * 2 && it.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let wrong = || Error::invalid(format!("The device takes {} hexadecimal digits there.", size * 2));
    let digits = digits.ok_or_else(wrong)?;
    let pair = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..digits.len()).step_by(2).map(pair).collect::<Option<Vec<u8>>>().ok_or_else(wrong)
}
