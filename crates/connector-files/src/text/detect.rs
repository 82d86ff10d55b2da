use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::decode::decode;

/// Which text a file that begins like this is; `None` where it is not text. `whole` says that there is no more of it.
///
/// A byte order mark decides; then UTF-8 where the bytes are; then UTF-16 where every second byte of mostly ASCII is
/// zero. What has other zero bytes, control characters or a known signature is not text. The rest is guessed.
pub(crate) fn detect(head: &[u8], whole: bool) -> Option<&'static Encoding> {
    let marked = match head {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(marked) = marked {
        return readable(marked, &head[2..], whole).then_some(marked);
    }
    if head.contains(&0) {
        return without_mark(head).filter(|encoding| readable(encoding, head, whole));
    }
    if decode(UTF_8, head, whole).is_some() {
        return Some(UTF_8);
    }
    if head.iter().any(|byte| byte.is_ascii() && is_control(char::from(*byte))) || infer::get(head).is_some() {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, whole);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    readable(guessed, head, whole).then_some(guessed)
}

/// UTF-16 without a mark, where at least half of the first units are ASCII.
fn without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let units = head.len() / 2;
    let ascii = |zero: usize| {
        let pairs = head.chunks_exact(2);
        pairs
            .filter(|pair| {
                pair[zero] == 0 && (pair[1 - zero] >= b' ' || is_space(pair[1 - zero])) && pair[1 - zero] < 0x7F
            })
            .count()
    };
    match units {
        0 => None,
        _ if ascii(1) * 2 >= units => Some(UTF_16LE),
        _ if ascii(0) * 2 >= units => Some(UTF_16BE),
        _ => None,
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Whether it decodes without a fault to what people write.
fn readable(encoding: &'static Encoding, bytes: &[u8], whole: bool) -> bool {
    let Some(text) = decode(encoding, bytes, whole) else { return false };
    let text = text.content;
    let odd = text.chars().filter(|char| !char.is_alphanumeric() && !is_written(*char)).count();
    !text.chars().any(is_control) && odd * 4 <= text.chars().count()
}

fn is_written(char: char) -> bool {
    char.is_whitespace()
        || char.is_ascii_punctuation()
        || matches!(char, '\u{a0}'..='\u{bf}' | '\u{2000}'..='\u{30ff}')
        || char > '\u{ff00}'
}

fn is_control(char: char) -> bool {
    char.is_control() && !matches!(char, '\t' | '\n' | '\r' | '\u{8}' | '\u{c}' | '\u{1b}' | '\u{85}')
}

#[cfg(test)]
mod tests {
    use super::detect;
    use crate::text::name;

    fn told(bytes: &[u8]) -> Option<String> {
        detect(bytes, true).map(name)
    }

    #[test]
    fn text_is_told_from_bytes_and_one_encoding_from_another() {
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let cases: [(&[u8], Option<&str>); 15] = [
            (b"", Some("text")),
            ("né 😀".as_bytes(), Some("text")),
            (b"\xef\xbb\xbfabc", Some("text")),
            (b"a\0b", None),
            (b"\xff\xfea\0b\0", Some("utf-16le")),
            (b"\xfe\xff\0a\0b", Some("utf-16be")),
            (b"\xff\xfe", Some("utf-16le")),
            (b"\xff\xfea", None),
            (b"\xff\xfe\0\xd8", None),
            (&utf_16("Grüße aus Köln\r\n"), Some("utf-16le")),
            (b"Gr\xfc\xdfe aus K\xf6ln, sehr sch\xf6n", Some("windows-1252")),
            (&encoding_rs::WINDOWS_1251.encode("Привет, мир! Как дела?").0, Some("windows-1251")),
            (
                &encoding_rs::SHIFT_JIS.encode("こんにちは、世界。お元気ですか。カタカナの文章です。").0,
                Some("shift_jis"),
            ),
            (b"\x89PNG\r\n\x1a\n\xff\xd8", None),
            (b"\x01\x02\xff\xfe\xfd", None),
        ];
        for (bytes, encoding) in cases {
            assert_eq!(told(bytes).as_deref(), encoding, "{bytes:?}");
        }
    }

    #[test]
    fn a_character_that_the_sample_cuts_is_no_fault() {
        assert_eq!(detect(&"né".as_bytes()[..2], false).map(name).as_deref(), Some("text"));
        assert_ne!(detect(&"né".as_bytes()[..2], true).map(name).as_deref(), Some("text"));
        assert_eq!(detect(b"\xff\xfea\0b", false).map(name).as_deref(), Some("utf-16le"));
    }
}
