use prost_reflect::MethodDescriptor;

use crate::{Config, Selection};

/// Whether `include` wants a method and `exclude` does not.
pub(super) fn is_selected(config: &Config, action: &str, method: &MethodDescriptor) -> bool {
    let has = |selection: &Selection| {
        let any = |patterns: &[String], names: &[&str]| {
            patterns.is_empty() || patterns.iter().any(|pattern| names.iter().any(|name| matches(pattern, name)))
        };
        any(&selection.services, &[method.parent_service().full_name()])
            && any(&selection.methods, &[action, method.name()])
    };
    let is_empty = |selection: &Selection| selection.services.is_empty() && selection.methods.is_empty();
    (is_empty(&config.include) || has(&config.include)) && (is_empty(&config.exclude) || !has(&config.exclude))
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

#[test]
fn a_star_stands_for_anything() {
    for (pattern, text, fits) in [
        ("Get*", "GetNote", true),
        ("*Note", "GetNote", true),
        ("shop.*.Notes", "shop.v1.Notes", true),
        ("Get", "GetNote", false),
        ("*x*", "GetNote", false),
    ] {
        assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
    }
}
