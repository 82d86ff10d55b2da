use encoding_rs::{CoderResult, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Decoded text, and how many bytes each character stands for.
pub(super) struct Decoded {
    pub(super) content: String,
    widths: Widths,
}

enum Widths {
    /// As many as in UTF-8.
    Utf8,
    /// As many as in UTF-16.
    Utf16,
    /// Always one.
    One,
    /// Where in the bytes and where in the content each character ends, in order.
    Ends(Vec<(usize, usize)>),
}

impl Decoded {
    /// How many bytes the first `end` bytes of the content stand for. `end` is the end of a character.
    pub(super) fn bytes(&self, end: usize) -> usize {
        let head = &self.content[..end];
        match &self.widths {
            Widths::Utf8 => end,
            Widths::Utf16 => head.encode_utf16().count() * 2,
            Widths::One => head.chars().count(),
            Widths::Ends(ends) => {
                let at = ends.partition_point(|(_, content)| *content < end);
                if end == 0 { 0 } else { ends.get(at).map_or(0, |(bytes, _)| *bytes) }
            }
        }
    }
}

/// The bytes as text. An incomplete character at the end is left out unless the bytes are `whole`; any other fault
/// gives `None`, because text with replacements could not be written back.
pub(super) fn decode(encoding: &'static Encoding, bytes: &[u8], whole: bool) -> Option<Decoded> {
    if encoding == UTF_8 {
        return Some(Decoded { content: utf_8(bytes, whole)?.to_owned(), widths: Widths::Utf8 });
    }
    if encoding == UTF_16LE || encoding == UTF_16BE {
        return Some(Decoded { content: utf_16(bytes, encoding == UTF_16LE, whole)?, widths: Widths::Utf16 });
    }
    if encoding.is_single_byte() {
        let content = encoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned();
        return Some(Decoded { content, widths: Widths::One });
    }
    several(encoding, bytes, whole)
}

fn utf_8(bytes: &[u8], whole: bool) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if !whole && error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok(),
        Err(_) => None,
    }
}

fn utf_16(bytes: &[u8], little: bool, whole: bool) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    if whole && !pairs.remainder().is_empty() {
        return None;
    }
    let mut units: Vec<u16> = pairs
        .map(
            |pair| if little { u16::from_le_bytes([pair[0], pair[1]]) } else { u16::from_be_bytes([pair[0], pair[1]]) },
        )
        .collect();
    if !whole && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit)) {
        units.pop();
    }
    String::from_utf16(&units).ok()
}

/// Byte by byte, because only so it is known where in the bytes each character ends.
fn several(encoding: &'static Encoding, bytes: &[u8], whole: bool) -> Option<Decoded> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut content, mut ends) = (String::with_capacity(bytes.len() + 16), Vec::new());
    for (at, byte) in bytes.iter().enumerate() {
        content.reserve(16);
        let before = content.len();
        match decoder.decode_to_string_without_replacement(&[*byte], &mut content, false) {
            (DecoderResult::InputEmpty, _) if content.len() > before => ends.push((at + 1, content.len())),
            (DecoderResult::InputEmpty, _) => {}
            _ => return None,
        }
    }
    let complete = ends.last().map_or(0, |(bytes, _)| *bytes) == bytes.len();
    (complete || !whole).then_some(Decoded { content, widths: Widths::Ends(ends) })
}

/// Decodes a stream to UTF-8, faults replaced.
pub(super) fn decode_some(decoder: &mut encoding_rs::Decoder, bytes: &[u8], last: bool, to: &mut String) {
    let mut at = 0;
    loop {
        to.reserve(decoder.max_utf8_buffer_length(bytes.len() - at).unwrap_or(bytes.len() * 3 + 16));
        let (result, read, _) = decoder.decode_to_string(&bytes[at..], to, last);
        at += read;
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}
