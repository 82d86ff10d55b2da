use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How many bytes at a file's beginning tell whether it is text.
pub(crate) const SNIFF_BYTES: usize = 8 * 1024;

/// A piece of a file, as it goes into an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) content: String,
    pub(crate) encoding: &'static str,
    /// How many bytes of what was read lie before the piece: the rest of a character that begins earlier.
    pub(crate) skipped: usize,
    /// How many bytes of the file the content stands for.
    pub(crate) length: usize,
}

/// Whether a file that begins like this is text: UTF-8 without NUL. `whole` says that there is no more of it.
pub(crate) fn is_text(head: &[u8], whole: bool) -> bool {
    !head.contains(&0) && valid(head, !whole).is_some()
}

/// Puts bytes into an answer as text.
///
/// A character that the range cuts at its beginning or end is left to the neighbouring range. `None` when the bytes
/// are not UTF-8. `budget` is how many bytes of JSON the content may take.
pub(crate) fn text(bytes: &[u8], at_start: bool, at_end: bool, budget: usize) -> Option<Piece> {
    let skipped = if at_start { 0 } else { bytes.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count() };
    let whole = valid(&bytes[skipped..], !at_end)?;
    let mut cost = 0;
    let end = whole.char_indices().find_map(|(at, char)| {
        cost += json_bytes(char);
        (cost > budget).then_some(at)
    });
    let content = &whole[..end.unwrap_or(whole.len())];
    Some(Piece { content: content.to_owned(), encoding: "text", skipped, length: content.len() })
}

/// Puts bytes into an answer as base64.
pub(crate) fn base64(bytes: &[u8], budget: usize) -> Piece {
    let bytes = &bytes[..bytes.len().min(budget / 4 * 3)];
    Piece { content: STANDARD.encode(bytes), encoding: "base64", skipped: 0, length: bytes.len() }
}

/// The bytes as text; an incomplete character at the end is left out where `cut` says that more follows.
fn valid(bytes: &[u8], cut: bool) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if cut && error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok(),
        Err(_) => None,
    }
}

/// How many bytes a character takes within a JSON string (RFC 8259 section 7).
fn json_bytes(char: char) -> usize {
    match char {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        control if control < ' ' => 6,
        other => other.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::{base64, is_text, text};

    #[test]
    fn neighbouring_ranges_join_to_the_whole_text() {
        let whole = "añb€c😀d".repeat(7);
        let bytes = whole.as_bytes();
        for step in 4..12 {
            let (mut at, mut joined) = (0, String::new());
            while at < bytes.len() {
                let end = bytes.len().min(at + step);
                let piece = text(&bytes[at..end], at == 0, end == bytes.len(), usize::MAX).unwrap();
                assert_eq!(piece.skipped, 0);
                joined.push_str(&piece.content);
                at += piece.length;
            }
            assert_eq!(joined, whole);
        }
    }

    #[test]
    fn a_range_that_begins_within_a_character_begins_after_it() {
        let piece = text(&"€uro".as_bytes()[1..], false, true, usize::MAX).unwrap();
        assert_eq!((piece.skipped, piece.content.as_str()), (2, "uro"));
    }

    #[test]
    fn content_never_costs_more_json_than_its_budget() {
        let bytes = "\u{1}\"ä\n".repeat(50);
        for budget in 0..200 {
            let piece = text(bytes.as_bytes(), true, true, budget).unwrap();
            assert!(serde_json::to_string(&piece.content).unwrap().len() - 2 <= budget);
            assert!(base64(bytes.as_bytes(), budget).content.len() <= budget);
        }
    }

    #[test]
    fn text_is_utf8_without_nul() {
        assert!(is_text(b"", true));
        assert!(is_text("né".as_bytes(), true));
        assert!(is_text(&"né".as_bytes()[..2], false));
        assert!(!is_text(&"né".as_bytes()[..2], true));
        assert!(!is_text(b"a\0b", true));
        assert!(!is_text(b"\xff\xfe", false));
    }
}
