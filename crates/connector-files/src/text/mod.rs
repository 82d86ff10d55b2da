//! What the bytes of a file mean: text in some encoding, or something else.

mod decode;
mod detect;
mod encode;
mod label;
mod media;
mod range;
mod reader;

pub(crate) use self::detect::detect;
pub(crate) use self::encode::{byte_order_mark, encode};
pub(crate) use self::label::{label, name};
pub(crate) use self::media::media_type;
pub(crate) use self::range::{Piece, base64, text};
pub(crate) use self::reader::utf8_reader;

/// How many bytes at a file's beginning tell what it is.
pub(crate) const SNIFF_BYTES: usize = 8 * 1024;
