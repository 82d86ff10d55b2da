//! Finds `.` and `..` however they are written: a server behind the upstream may decode once more than it should.

use super::encode::decode;

/// How other scripts and other encodings write a dot, a slash and a backslash: overlong UTF-8 (RFC 3629 section 10),
/// `%u002e` of old servers, and characters that compatibility normalisation or a best fit turns into these.
const DISGUISES: &[(&[u8], &[u8])] = &[
    (b"\xc0\xae", b"."),
    (b"\xe0\x80\xae", b"."),
    (b"\xc0\xaf", b"/"),
    (b"\xe0\x80\xaf", b"/"),
    (b"\xc1\x9c", b"\\"),
    (b"%u002e", b"."),
    (b"%u002f", b"/"),
    (b"%u005c", b"\\"),
    (b"%uff0e", b"."),
    (b"%uff0f", b"/"),
    (b"%uff3c", b"\\"),
    ("\u{ff0e}".as_bytes(), b"."),
    ("\u{2024}".as_bytes(), b"."),
    ("\u{fe52}".as_bytes(), b"."),
    ("\u{3002}".as_bytes(), b"."),
    ("\u{ff61}".as_bytes(), b"."),
    ("\u{2025}".as_bytes(), b".."),
    ("\u{ff0f}".as_bytes(), b"/"),
    ("\u{2044}".as_bytes(), b"/"),
    ("\u{2215}".as_bytes(), b"/"),
    ("\u{ff3c}".as_bytes(), b"\\"),
    ("\u{fe68}".as_bytes(), b"\\"),
    ("\u{2216}".as_bytes(), b"\\"),
];

/// Deeper encodings than this are nobody's honest value.
const LAYERS_MAX: usize = 8;

/// Whether one segment of a path, decoded until nothing is left to decode, holds a step of `.` or `..`. What follows a
/// `;` is taken for parameters of the step, as some servers do; spaces and ends of strings around it for nothing.
pub(crate) fn climbs(segment: &str) -> bool {
    let mut bytes = segment.as_bytes().to_vec();
    for _ in 0..LAYERS_MAX {
        let plain = undisguise(&bytes);
        if plain.split(|byte| matches!(byte, b'/' | b'\\')).any(is_dots) {
            return true;
        }
        let decoded = decode(&plain);
        if decoded.len() == bytes.len() {
            return false;
        }
        bytes = decoded;
    }
    true
}

fn is_dots(step: &[u8]) -> bool {
    let name = step.split(|byte| *byte == b';').next().unwrap_or_default();
    let is_nothing = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
    let dots = name.iter().filter(|byte| !is_nothing(byte)).collect::<Vec<_>>();
    matches!(dots.as_slice(), [b'.'] | [b'.', b'.'])
}

fn undisguise(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        let starts =
            |(worn, _): &&(&[u8], &[u8])| rest.get(..worn.len()).is_some_and(|start| start.eq_ignore_ascii_case(worn));
        let worn = if matches!(first, b'%' | 0x80..) { DISGUISES.iter().find(starts) } else { None };
        match worn {
            Some((worn, meant)) => {
                out.extend_from_slice(meant);
                rest = &rest[worn.len()..];
            }
            None => {
                out.push(*first);
                rest = others;
            }
        }
    }
    out
}
