use connector::{Error, Result};

use crate::options::Options;

/// Longest text to look for, in bytes.
pub(crate) const TEXT_BYTES_MAX: usize = 1024;

/// How many characters of a matching line are shown.
const SHOWN_CHARS_MAX: usize = 400;

/// The text that is looked for.
#[derive(Debug)]
pub(crate) struct Needle {
    text: String,
    case_sensitive: bool,
}

impl Needle {
    pub(crate) fn read(options: &Options<'_>) -> Result<Self> {
        let text = options.needed("text")?;
        if text.is_empty() || text.len() > TEXT_BYTES_MAX || text.contains(['\n', '\r']) {
            return Err(Error::invalid(format!("`text` must be within one line, with 1 to {TEXT_BYTES_MAX} bytes.")));
        }
        let case_sensitive = options.flag("case_sensitive")?.unwrap_or(false);
        Ok(Self { text: if case_sensitive { text.to_owned() } else { text.to_lowercase() }, case_sensitive })
    }

    pub(crate) fn is_in(&self, line: &str) -> bool {
        if self.case_sensitive { line.contains(&self.text) } else { line.to_lowercase().contains(&self.text) }
    }

    /// The line, or the part of a long line around the first match.
    pub(crate) fn shown(&self, line: &str) -> String {
        let chars: Vec<char> = line.chars().collect();
        if chars.len() <= SHOWN_CHARS_MAX {
            return line.to_owned();
        }
        let before = if self.case_sensitive {
            line.split(&self.text).next().map_or(0, |head| head.chars().count())
        } else {
            line.to_lowercase().split(&self.text).next().map_or(0, |head| head.chars().count())
        };
        let start = before.saturating_sub(SHOWN_CHARS_MAX / 4).min(chars.len() - SHOWN_CHARS_MAX);
        let end = start + SHOWN_CHARS_MAX;
        let shown: String = chars[start..end].iter().collect();
        format!("{}{shown}{}", if start > 0 { "…" } else { "" }, if end < chars.len() { "…" } else { "" })
    }
}
