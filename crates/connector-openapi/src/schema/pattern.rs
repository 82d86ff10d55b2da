use std::collections::HashMap;

/// Longer ones cost more to check than they are worth.
const PATTERN_BYTES_MAX: usize = 1_000;

/// Patterns and what of them can be used, each tried once.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    tried: HashMap<String, Option<String>>,
}

impl Patterns {
    /// The pattern as the validator that will check by it takes it: as it is, or with what other languages' regular
    /// expressions write differently said in ECMA-262's. `None` where it takes neither: the API is to judge then.
    pub(super) fn usable(&mut self, pattern: &str) -> Option<String> {
        if pattern.len() > PATTERN_BYTES_MAX {
            return None;
        }
        if let Some(known) = self.tried.get(pattern) {
            return known.clone();
        }
        let found = candidates(pattern).into_iter().find(|candidate| compiles(candidate));
        self.tried.insert(pattern.to_owned(), found.clone());
        found
    }
}

fn candidates(pattern: &str) -> Vec<String> {
    // `/…/` is how JavaScript and PHP write one, not part of it; with flags it means something that cannot be said.
    let bare = pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|inner| !inner.is_empty());
    let own = bare.unwrap_or(pattern);
    let flagged = pattern.starts_with('/')
        && pattern.rsplit_once('/').is_some_and(|(before, flags)| {
            !before.is_empty()
                && !flags.is_empty()
                && flags.chars().all(|c| matches!(c, 'i' | 'g' | 'm' | 's' | 'u' | 'x'))
        });
    if flagged {
        return Vec::new();
    }
    let translated =
        own.replace(r"\A", "^").replace(r"\z", "$").replace(r"\Z", "$").replace("[[:alnum:]]", "[0-9A-Za-z]");
    if translated == own { vec![own.to_owned()] } else { vec![translated] }
}

fn compiles(pattern: &str) -> bool {
    let schema = serde_json::json!({"pattern": pattern});
    jsonschema::options().with_draft(jsonschema::Draft::Draft202012).offline().build(&schema).is_ok()
}
