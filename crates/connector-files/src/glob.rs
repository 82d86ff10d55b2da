use connector::{Error, Result};
use globset::{GlobBuilder, GlobMatcher};

use crate::path::Place;

/// Longest pattern, in bytes.
pub(crate) const PATTERN_BYTES_MAX: usize = 256;

/// A file-name pattern. Without `/` it is matched with names at any depth, with `/` with paths below the folder.
#[derive(Debug)]
pub(crate) struct Glob {
    matcher: GlobMatcher,
    whole_path: bool,
}

impl Glob {
    pub(crate) fn parse(pattern: &str) -> Result<Self> {
        if pattern.is_empty() || pattern.len() > PATTERN_BYTES_MAX {
            return Err(Error::invalid(format!("`glob` must have between 1 and {PATTERN_BYTES_MAX} bytes.")));
        }
        let built = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
        let glob = built.map_err(|error| {
            Error::invalid(format!("`glob` is not a pattern: {}. Try *.md or reports/**/*.csv.", error.kind()))
        })?;
        Ok(Self { matcher: glob.compile_matcher(), whole_path: pattern.contains('/') })
    }

    /// Whether it matches `place`, which is below `folder`.
    pub(crate) fn matches(&self, place: &Place, folder: &Place) -> bool {
        match place.below(folder) {
            Some(path) if self.whole_path => self.matcher.is_match(path),
            Some(_) => self.matcher.is_match(place.name()),
            None => false,
        }
    }
}
