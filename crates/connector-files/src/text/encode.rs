use connector::{Error, Result};
use encoding_rs::{EncoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The text's bytes in this encoding. What it cannot hold is refused with its place.
pub(crate) fn encode(text: &str, encoding: &'static Encoding) -> Result<Vec<u8>> {
    if encoding == UTF_8 {
        return Ok(text.as_bytes().to_vec());
    }
    if encoding == UTF_16LE {
        return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if encoding == UTF_16BE {
        return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let (mut encoder, mut bytes, mut at) = (encoding.new_encoder(), Vec::with_capacity(text.len()), 0);
    loop {
        bytes.reserve((text.len() - at) * 2 + 16);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(&text[at..], &mut bytes, true);
        at += read;
        match result {
            EncoderResult::InputEmpty => return Ok(bytes),
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(char) => return Err(unmappable(text, at - char.len_utf8(), char, encoding)),
        }
    }
}

fn unmappable(text: &str, at: usize, char: char, encoding: &'static Encoding) -> Error {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let shown = if char.is_control() { String::new() } else { format!("`{char}` ") };
    Error::invalid(format!(
        "`content` has {shown}(U+{:04X}) in line {line} at character {column}, which {} cannot hold. Use `encoding` \
         text, or write something else there.",
        u32::from(char),
        encoding.name().to_lowercase(),
    ))
}

/// What a new file in this encoding begins with, so that it is known again.
pub(crate) fn byte_order_mark(encoding: &'static Encoding) -> &'static [u8] {
    match encoding {
        it if it == UTF_16LE => &[0xFF, 0xFE],
        it if it == UTF_16BE => &[0xFE, 0xFF],
        _ => &[],
    }
}
