use connector::{Error, Result};

use super::climb::climbs;
use super::encode::{encode, encode_rest, is_segment, is_unreserved};

/// Builds a path whose variable pieces can never change its shape.
#[derive(Clone, Debug, Default)]
pub struct PathBuilder {
    text: String,
    /// Where in `text` values begin.
    values: Vec<usize>,
    has_control: bool,
}

impl PathBuilder {
    /// Adds text that the API's own description wrote, `/users/`, or a delimiter of a parameter style. It is encoded
    /// where a path needs it; `/` and `%XX` stay.
    #[must_use]
    pub fn literal(mut self, text: &str) -> Self {
        encode_rest(&mut self.text, text, |byte| is_segment(byte) || byte == b'/');
        self
    }

    /// Adds a value that came from an argument or a claim: everything but unreserved characters (RFC 3986 section
    /// 2.3) is percent-encoded.
    #[must_use]
    pub fn value(mut self, text: &str) -> Self {
        self.values.push(self.text.len());
        self.has_control |= text.contains(char::is_control);
        encode(&mut self.text, text, is_unreserved);
        self
    }

    /// The path, beginning with `/`. Refused are control characters in a value, a segment that a value left empty, and
    /// `.` and `..`, encoded or not, also between slashes that are encoded.
    pub fn finish(mut self) -> Result<String> {
        if !self.text.starts_with('/') {
            self.text.insert(0, '/');
            self.values.iter_mut().for_each(|at| *at += 1);
        }
        if self.has_control {
            return Err(Error::invalid(
                "A value that goes into the API's path has control characters. Leave them out.",
            ));
        }
        let mut start = 0;
        for segment in self.text.split('/') {
            let end = start + segment.len();
            if segment.is_empty() && self.values.iter().any(|at| (start..=end).contains(at)) {
                return Err(Error::invalid("A value that goes into the API's path is empty. Give one."));
            }
            if climbs(segment) {
                return Err(Error::invalid("A value that goes into the API's path may not be or hold `.` or `..`."));
            }
            start = end + 1;
        }
        Ok(self.text)
    }
}
