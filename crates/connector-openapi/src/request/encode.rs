//! Percent-encoding (RFC 3986 section 2.1).

use std::fmt::Write as _;

/// What stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Unreserved characters only (RFC 3986 section 2.3).
    Unreserved,
    /// Reserved ones and `%XX` too (`allowReserved`; RFC 6570 section 3.2.3), but for those that would end a value or
    /// begin another pair: `#`, `[`, `]`, `&`, `+` as the specification asks, and `;`, at which some servers split.
    Reserved,
}

/// Adds `text` to `out`.
pub(super) fn push(out: &mut String, text: &str, keep: Keep) {
    let bytes = text.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        let stays = match byte {
            b'-' | b'.' | b'_' | b'~' => true,
            b':' | b'/' | b'?' | b'@' | b'!' | b'$' | b'\'' | b'(' | b')' | b'*' | b',' | b'=' => {
                keep == Keep::Reserved
            }
            b'%' => {
                let is_triple = bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
                keep == Keep::Reserved && is_triple
            }
            byte => byte.is_ascii_alphanumeric(),
        };
        if stays {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
