//! Names with `*` in them.

/// Whether `text` is what `pattern` says, `*` standing for anything, also for nothing.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return text.ends_with(piece);
        }
        match text.find(piece) {
            Some(at) => text = text.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// Whether a name is wanted: among the included, if there are any, and not among the excluded.
pub(crate) fn is_selected(include: &[String], exclude: &[String], name: &str) -> bool {
    let among = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
    (include.is_empty() || among(include)) && !among(exclude)
}
