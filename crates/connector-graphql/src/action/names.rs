use std::collections::HashSet;

/// The longest tool name that the gateway makes: the narrowest rule among MCP and the model providers.
const TOOL_CHARS_MAX: usize = 64;
/// The least room that an action's name has, however long the resource's is.
const ACTION_CHARS_MIN: usize = 24;

/// Gives each action of one resource a name of its own.
#[derive(Debug)]
pub(super) struct Names {
    taken: HashSet<String>,
    chars_max: usize,
}

impl Names {
    /// Names that fit behind `resource` and `_`.
    pub(super) fn new(resource: &str) -> Self {
        let chars_max = TOOL_CHARS_MAX.saturating_sub(resource.chars().count() + 1).max(ACTION_CHARS_MIN);
        Self { taken: HashSet::new(), chars_max }
    }

    /// The name as the API has it. Where another action has it, `_` and `kind` behind it; where it is too long, a digest:
    /// the same schema always gives the same names.
    pub(super) fn action(&mut self, name: &str, kind: &str) -> String {
        let is_free = |name: &str| name.len() <= self.chars_max && !self.taken.contains(name);
        let tagged = || {
            let tag = tag(&format!("{kind} {name}"));
            // GraphQL's names are ASCII (section 2.1.9).
            let kept = name.get(..name.len().min(self.chars_max - tag.len() - 1)).unwrap_or_default();
            format!("{}_{tag}", kept.trim_end_matches('_'))
        };
        let found = [name.to_owned(), format!("{name}_{kind}")].into_iter().find(|name| is_free(name));
        let found = found.unwrap_or_else(tagged);
        self.taken.insert(found.clone());
        found
    }
}

/// A few characters that stand for all of `text` (FNV-1a, the same on every machine). Not a secret: it only tells names
/// apart.
fn tag(text: &str) -> String {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = text.bytes().fold(0x811c_9dc5, step);
    format!("{hash:08x}")
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn what_is_taken_says_its_kind_and_what_is_long_its_digest() {
        let mut names = Names::new("notes");
        assert_eq!(names.action("note", "query"), "note");
        assert_eq!(names.action("note", "mutation"), "note_mutation");
        let long = "a".repeat(80);
        let (one, two) = (names.action(&long, "query"), names.action(&long, "mutation"));
        assert!(one.len() <= 58 && two.len() <= 58 && one != two, "{one} {two}");
    }
}
