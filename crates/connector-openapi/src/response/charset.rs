//! Bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// The text that the bytes are: by the content type's `charset`, by a byte order mark, else UTF-8. `None` for bytes
/// that are no text, unless the content type says that they are.
pub(super) fn decode<'a>(bytes: &'a [u8], media_type: &str, is_text: bool, was_cut: bool) -> Option<Cow<'a, str>> {
    let label = named(media_type);
    let encoding = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    if encoding.is_some() || marked.is_some() || is_text {
        // A byte order mark outweighs the label, and is taken away.
        return Some(encoding.unwrap_or(UTF_8).decode(bytes).0);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Only the last character may be missing a piece, where the answer was cut.
        Err(error) if was_cut && error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_plain =
        !text.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'));
    is_plain.then_some(Cow::Borrowed(text))
}

fn named(media_type: &str) -> Option<&str> {
    media_type.split(';').skip(1).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}
