//! JSON that passes through as text.

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// The text as JSON (RFC 8259), exactly as it came. `None` where it is not, or where a client could not read it:
/// nested too deeply, a number beyond all bounds, half a character.
pub(super) fn value(text: &str) -> Option<Box<RawValue>> {
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    // The cheap check takes what a reader of values refuses. Only such text is read in full.
    if is_suspect(text) {
        serde_json::from_str::<Value>(text).ok()?;
    }
    Some(raw.to_owned())
}

/// One JSON value on each line (and RFC 7464's record separators) as a list.
pub(super) fn lines(text: &str) -> Option<Box<RawValue>> {
    let lines = text.lines().map(|line| line.trim_matches(['\u{1e}', ' ', '\t', '\r'])).filter(|line| !line.is_empty());
    let values: Option<Vec<_>> = lines.map(value).collect();
    to_raw_value(&values.filter(|values| values.len() > 1)?).ok()
}

/// Without a byte order mark, and without what some APIs write before JSON to keep scripts from reading it.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim();
    text.strip_prefix(")]}'").map_or(text, |rest| rest.trim_start_matches(',').trim_start())
}

fn is_suspect(text: &str) -> bool {
    const DEPTH_MAX: usize = 100;
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest > DEPTH_MAX || text.contains("\\ud") || text.contains("\\uD") || has_large_exponent(text)
}

/// An exponent of three digits or more, or a number of so many digits.
fn has_large_exponent(text: &str) -> bool {
    let mut digits = 0;
    let mut before = 0_u8;
    let mut is_exponent = false;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'e' | b'E' if before.is_ascii_digit() => (digits, is_exponent) = (0, true),
            b'+' | b'-' if is_exponent && digits == 0 => {}
            _ => (digits, is_exponent) = (0, false),
        }
        if digits > 300 || is_exponent && digits > 2 {
            return true;
        }
        before = byte;
    }
    false
}
