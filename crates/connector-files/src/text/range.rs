use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{Encoding, UTF_8};

use super::decode::decode;
use super::encode::byte_order_mark;
use super::name;

/// A piece of a file, as it goes into an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) content: String,
    pub(crate) encoding: String,
    /// How many bytes of what was read lie before the piece: the rest of a character that begins earlier.
    pub(crate) skipped: usize,
    /// How many bytes of the file the content stands for.
    pub(crate) length: usize,
}

/// Puts bytes that begin at `offset` of the file into an answer as text.
///
/// A character that the range cuts at its beginning or end is left to the neighbouring range, as far as the encoding
/// lets that be seen. `None` when the bytes are not text in that encoding. `budget` is how many bytes of JSON the
/// content may take.
pub(crate) fn text(
    bytes: &[u8],
    encoding: &'static Encoding,
    offset: u64,
    at_end: bool,
    budget: usize,
) -> Option<Piece> {
    if encoding != UTF_8 && encoding.is_ascii_compatible() && bytes.contains(&0) {
        return None;
    }
    let mark = byte_order_mark(encoding);
    let mark = if offset == 0 && bytes.starts_with(mark) { mark.len() } else { 0 };
    let skipped = if offset == 0 { 0 } else { cut(bytes, encoding, offset) };
    let whole = decode(encoding, bytes.get(skipped + mark..)?, at_end)?;
    let mut cost = 0;
    let end = whole.content.char_indices().find_map(|(at, char)| {
        cost += json_bytes(char);
        (cost > budget).then_some(at)
    });
    let end = end.unwrap_or(whole.content.len());
    let length = mark + whole.bytes(end);
    Some(Piece { content: whole.content[..end].to_owned(), encoding: name(encoding), skipped, length })
}

/// How many bytes at the beginning belong to a character that begins earlier.
fn cut(bytes: &[u8], encoding: &'static Encoding, offset: u64) -> usize {
    if encoding == UTF_8 {
        return bytes.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
    }
    if byte_order_mark(encoding).is_empty() {
        return 0;
    }
    let odd = usize::from(offset % 2 == 1);
    let high = if encoding == encoding_rs::UTF_16LE { odd + 1 } else { odd };
    let low_surrogate = bytes.get(high).is_some_and(|byte| (0xDC..=0xDF).contains(byte));
    (odd + if low_surrogate { 2 } else { 0 }).min(bytes.len())
}

/// Puts bytes into an answer as base64.
pub(crate) fn base64(bytes: &[u8], budget: usize) -> Piece {
    let bytes = &bytes[..bytes.len().min(budget / 4 * 3)];
    Piece { content: STANDARD.encode(bytes), encoding: "base64".to_owned(), skipped: 0, length: bytes.len() }
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
    use encoding_rs::{EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

    use super::{base64, text};
    use crate::text::encode;

    #[test]
    fn neighbouring_ranges_join_to_the_whole_text() {
        let cases: [(&'static Encoding, &str); 7] = [
            (UTF_8, "añb€c😀d"),
            (UTF_16LE, "añb€c😀d"),
            (UTF_16BE, "añb€c😀d"),
            (WINDOWS_1252, "añb€cd"),
            (SHIFT_JIS, "aこんbにちcは"),
            (GB18030, "a你好b😀c世界"),
            (EUC_KR, "a안녕b하세요"),
        ];
        for (encoding, sample) in cases {
            let whole = sample.repeat(7);
            let bytes = encode(&whole, encoding).unwrap();
            for (step, budget) in (4..12).map(|step| (step, usize::MAX)).chain([(1000, 5), (1000, 17)]) {
                let (mut at, mut joined) = (0, String::new());
                while at < bytes.len() {
                    let end = bytes.len().min(at + step);
                    let piece = text(&bytes[at..end], encoding, at as u64, end == bytes.len(), budget).unwrap();
                    assert_eq!(piece.skipped, 0);
                    joined.push_str(&piece.content);
                    at += piece.length;
                }
                assert_eq!(joined, whole, "{encoding:?} in steps of {step}");
            }
        }
    }

    #[test]
    fn a_range_that_begins_within_a_character_begins_after_it() {
        let piece = text(&"€uro".as_bytes()[1..], UTF_8, 1, true, usize::MAX).unwrap();
        assert_eq!((piece.skipped, piece.content.as_str()), (2, "uro"));
        let bytes = encode("😀uro", UTF_16LE).unwrap();
        for offset in 1..4_usize {
            let piece = text(&bytes[offset..], UTF_16LE, offset as u64, true, usize::MAX).unwrap();
            assert_eq!((offset + piece.skipped, piece.content.as_str()), (4, "uro"));
        }
    }

    #[test]
    fn content_never_costs_more_json_than_its_budget() {
        let bytes = "\u{1}\"ä\n".repeat(50);
        for budget in 0..200 {
            let piece = text(bytes.as_bytes(), UTF_8, 0, true, budget).unwrap();
            assert!(serde_json::to_string(&piece.content).unwrap().len() - 2 <= budget);
            assert!(base64(bytes.as_bytes(), budget).content.len() <= budget);
        }
    }
}
