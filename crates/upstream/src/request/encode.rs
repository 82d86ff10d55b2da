//! Percent-encoding (RFC 3986 section 2.1), and its undoing as often as somebody on the way might undo it.

use std::fmt::Write;

/// Unreserved characters (RFC 3986 section 2.3).
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// What may stand in a segment of a path as it is (`pchar`, RFC 3986 section 3.3).
pub(crate) fn is_segment(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,;=:@".contains(&byte)
}

/// What may stand in a query as it is (RFC 3986 section 3.4), and the brackets that APIs write there.
pub(crate) fn is_query(byte: u8) -> bool {
    is_segment(byte) || b"/?[]".contains(&byte)
}

/// Writes every byte that may not stay as `%XX`.
pub(crate) fn encode(out: &mut String, text: &str, may_stay: fn(u8) -> bool) {
    for byte in text.bytes() {
        push(out, byte, may_stay);
    }
}

/// The same, for text that is encoded in part: `%XX` stays.
pub(crate) fn encode_rest(out: &mut String, text: &str, may_stay: fn(u8) -> bool) {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'%' && escape(&bytes[at..]).is_some() {
            out.push('%');
        } else {
            push(out, *byte, may_stay);
        }
    }
}

fn push(out: &mut String, byte: u8, may_stay: fn(u8) -> bool) {
    if may_stay(byte) {
        out.push(char::from(byte));
    } else {
        let _ = write!(out, "%{byte:02X}");
    }
}

/// Whether every byte may stand there and every `%` begins a `%XX`.
pub(crate) fn is_encoded(text: &str, may_stay: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let fits = |(at, byte): (usize, &u8)| may_stay(*byte) || (*byte == b'%' && escape(&bytes[at..]).is_some());
    bytes.iter().enumerate().all(fits)
}

/// One layer of encoding taken away.
pub(crate) fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match escape(&bytes[at..]) {
            Some(meant) => {
                out.push(meant);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

fn escape(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? * 16 + digit(low)?)
}
