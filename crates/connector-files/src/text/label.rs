use connector::{Error, Result};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};

/// The encoding that a caller names: `text` for UTF-8, or a label of the Encoding Standard (encoding.spec.whatwg.org).
pub(crate) fn label(label: &str) -> Result<&'static Encoding> {
    if label == "text" {
        return Ok(UTF_8);
    }
    Encoding::for_label_no_replacement(label.as_bytes()).filter(|encoding| can_be_written(encoding)).ok_or_else(|| {
        Error::invalid(
            "`encoding` must be text, base64 or an encoding's name, such as utf-16le, windows-1252 or shift_jis.",
        )
    })
}

/// What callers are told.
pub(crate) fn name(encoding: &'static Encoding) -> String {
    if encoding == UTF_8 { "text".to_owned() } else { encoding.name().to_lowercase() }
}

/// ISO-2022-JP changes its meaning along the way, so that a piece of it cannot be read by itself; x-user-defined is no
/// text.
fn can_be_written(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE
        || encoding == UTF_16BE
        || (encoding.output_encoding() == encoding && encoding != ISO_2022_JP && encoding != X_USER_DEFINED)
}
