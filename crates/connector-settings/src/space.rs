//! Whose keys these are, in a store that all users share.

use access::Caller;
use aws_lc_rs::digest;

/// Longest user's part that is made, in bytes.
const BYTES_MAX: usize = 200;
/// `=-` and a SHA-256 in hex.
const DIGEST_BYTES: usize = 2 + 64;

/// One user's part of every key of theirs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Space(String);

impl Space {
    /// The caller's. With `by_issuer`, the issuer stands before it.
    pub(crate) fn of(caller: &Caller, by_issuer: bool) -> Self {
        let id = encoded(caller.id().as_str());
        Self(if by_issuer { format!("{}/{id}", encoded(caller.realm())) } else { id })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Letters, digits, `-` and `_` stay; every other byte is `=xx` in lower-case hex. What would be longer than 200 bytes is
/// a readable beginning, `=-` and the SHA-256 of the whole in hex. The empty text is `=`.
///
/// No two texts give the same: undoing `=xx` gives the text back, `=-` and a lone `=` occur in no other form, and two long
/// texts would have to share a SHA-256. The result has only characters that mean nothing to any engine: no `:`, `.`, `*`,
/// `>`, `?`, `[`, `\`, `#`, `/`, no space, nothing beyond ASCII.
pub(crate) fn encoded(text: &str) -> String {
    if text.is_empty() {
        return "=".to_owned();
    }
    let mut name = String::with_capacity(text.len());
    let mut prefix = 0;
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte.into()),
            _ => name.push_str(&format!("={byte:02x}")),
        }
        if name.len() <= BYTES_MAX - DIGEST_BYTES {
            prefix = name.len();
        }
    }
    if name.len() > BYTES_MAX {
        name.truncate(prefix);
        name.push_str("=-");
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        name.extend(digest.as_ref().iter().map(|byte| format!("{byte:02x}")));
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{BYTES_MAX, encoded};

    #[test]
    fn ids_that_differ_never_share_a_place_and_hold_nothing_special() {
        let long = "x".repeat(5_000);
        let longer = "x".repeat(5_001);
        let ids = [
            "", "=", "==", "a", "A", "a:b", "a.b", "a=2eb", "a=3ab", "*", ">", "?", "[a]", "\\", "a b", "a/b", "a#b",
            "é", "e\u{301}", "$KV", "a\0", "..", "{a}", "😀", &long, &longer,
        ];
        let places: BTreeSet<_> = ids.iter().map(|id| encoded(id)).collect();
        assert_eq!(places.len(), ids.len(), "{places:?}");
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
        assert!(
            places.iter().all(|it| !it.is_empty() && it.len() <= BYTES_MAX && it.bytes().all(is_plain)),
            "{places:?}"
        );
    }
}
