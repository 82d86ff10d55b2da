//! Which of an API's operations are offered.

use http::Method;

use crate::{Config, Selection};

/// Whether `include` wants an operation and `exclude` does not.
pub(crate) fn is_selected(config: &Config, name: &str, method: &Method, path: &str, tags: &[String]) -> bool {
    let wanted = config.include.is_empty() || config.include.has(name, method, path, tags);
    wanted && (config.exclude.is_empty() || !config.exclude.has(name, method, path, tags))
}

impl Selection {
    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.paths.is_empty() && self.methods.is_empty() && self.names.is_empty()
    }

    fn has(&self, name: &str, method: &Method, path: &str, tags: &[String]) -> bool {
        let any = |patterns: &[String], test: &dyn Fn(&str) -> bool| {
            patterns.is_empty() || patterns.iter().any(|pattern| test(pattern))
        };
        any(&self.tags, &|tag| tags.iter().any(|own| own == tag))
            && any(&self.paths, &|pattern| matches(pattern, path))
            && any(&self.methods, &|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
            && any(&self.names, &|pattern| matches(pattern, name))
    }
}

/// Whether `text` is what `pattern` says, `*` standing for anything, also for nothing.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return text.ends_with(piece);
        }
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    true
}
