//! Where a setting lies in the bucket: `PREFIX.USER.KEY`. A user's part and a key are one word each, in which nothing
//! means anything to NATS.

use connector::{Error, Result};

use super::super::apart;
use crate::config::Config;
use crate::space::{Space, encoded};

#[derive(Debug)]
pub(super) struct Names {
    /// What stands before every subject of the bucket.
    bucket: String,
    prefix: String,
    pub(super) defaults: Option<String>,
}

impl Names {
    pub(super) fn new(resource: &str, config: &Config) -> Result<Self> {
        let prefix = config.prefix.clone().unwrap_or_else(|| format!("{}.", encoded(resource)));
        let defaults = config.defaults_prefix.clone();
        for (name, words) in [("prefix", Some(&prefix)), ("defaults_prefix", defaults.as_ref())] {
            if words.is_some_and(|words| !are_words(words)) {
                return Err(Error::invalid(format!(
                    "`{name}` is words of letters, digits, `-`, `_` and `=`, each with a dot behind it: settings."
                )));
            }
        }
        apart(&prefix, defaults.as_deref())?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if config.bucket.is_empty() || !config.bucket.bytes().all(is_name) {
            return Err(Error::invalid("`bucket` is a name of letters, digits, `-` and `_`."));
        }
        Ok(Self { bucket: format!("$KV.{}.", config.bucket), prefix, defaults })
    }

    pub(super) fn subject(&self, name: &str) -> String {
        format!("{}{name}", self.bucket)
    }

    pub(super) fn key(&self, space: &Space, key: &str) -> String {
        format!("{}{}.{}", self.prefix, space.as_str(), word(key))
    }

    /// A pattern of all of the user's keys.
    pub(super) fn all_of(&self, space: &Space) -> String {
        format!("{}{}.*", self.prefix, space.as_str())
    }

    /// The key that a subject of this user's is.
    pub(super) fn key_of(&self, space: &Space, subject: &str) -> Option<String> {
        let rest = subject.strip_prefix(&self.bucket)?.strip_prefix(&self.prefix)?;
        text(rest.strip_prefix(space.as_str())?.strip_prefix('.')?)
    }

    pub(super) fn default_of(&self, subject: &str) -> Option<String> {
        text(subject.strip_prefix(&self.bucket)?.strip_prefix(self.defaults.as_ref()?)?)
    }
}

fn are_words(text: &str) -> bool {
    let Some(words) = text.strip_suffix('.') else { return false };
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
    };
    words.split('.').all(is_word)
}

/// A key as one word, from which it can be read again: letters, digits, `-` and `_` stay, every other byte is `=xx`.
pub(super) fn word(key: &str) -> String {
    let mut word = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => word.push(byte.into()),
            _ => word.push_str(&format!("={byte:02x}")),
        }
    }
    word
}

/// The key that a word is; `None` where it is none of ours.
pub(super) fn text(word: &str) -> Option<String> {
    let (mut bytes, mut left) = (Vec::with_capacity(word.len()), word.as_bytes());
    while let Some((&byte, rest)) = left.split_first() {
        match byte {
            b'=' => {
                let (digits, rest) = rest.split_at_checked(2)?;
                bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                left = rest;
            }
            _ => {
                bytes.push(byte);
                left = rest;
            }
        }
    }
    let key = String::from_utf8(bytes).ok()?;
    (self::word(&key) == word).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::{are_words, text, word};

    #[test]
    fn a_key_is_one_word_and_is_read_from_it_again() {
        for key in ["a", "a.b", "*", ">", "a b", "=", "a=2eb", "é😀", "$KV.x", "A/b"] {
            let word = word(key);
            assert!(word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte)), "{word}");
            assert_eq!(text(&word).as_deref(), Some(key), "{word}");
        }
        for other in ["a.b", "=", "=2", "=2E", "=61", "=ff", "a*"] {
            assert_eq!(text(other), None, "{other}");
        }
    }

    #[test]
    fn a_prefix_is_whole_words() {
        for (prefix, is) in [("a.", true), ("a.b-c.", true), ("", false), (".", false), ("a", false), ("a..", false)] {
            assert_eq!(are_words(prefix), is, "{prefix:?}");
        }
        assert!(!are_words("*.") && !are_words(">.") && !are_words("a b."));
    }
}
