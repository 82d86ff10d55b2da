//! Names of actions and of their arguments.

use std::collections::HashSet;

use http::Method;

/// The longest tool name that the gateway makes: the narrowest rule among MCP and the model providers.
const TOOL_CHARS_MAX: usize = 64;
/// The least room that an action's name has, however long the resource's is.
const ACTION_CHARS_MIN: usize = 24;
/// The longest argument that the model providers take.
const ARGUMENT_CHARS_MAX: usize = 64;
/// How much of an `operationId` is looked at.
const ID_CHARS_MAX: usize = 1_000;

/// Gives each action of one resource a name of its own.
#[derive(Debug)]
pub(crate) struct Names {
    taken: HashSet<String>,
    chars_max: usize,
}

impl Names {
    /// Names that fit behind `resource` and `_`.
    pub(crate) fn new(resource: &str) -> Self {
        let chars_max = TOOL_CHARS_MAX.saturating_sub(resource.chars().count() + 1).max(ACTION_CHARS_MIN);
        Self { taken: HashSet::new(), chars_max }
    }

    /// The `operationId` within the rules, or one of method and path. Where another operation has it, or where it is
    /// too long, a digest of method and path is added: the same document always gives the same names.
    pub(crate) fn action(&mut self, id: Option<&str>, method: &Method, path: &str) -> String {
        let own = id.map(|id| safe(id, ID_CHARS_MAX)).filter(|name| !name.is_empty());
        let name = own.unwrap_or_else(|| from_path(method, path));
        if name.len() <= self.chars_max && self.taken.insert(name.clone()) {
            return name;
        }
        let mut attempt = 0_u32;
        loop {
            let tag = tag(&format!("{attempt} {method} {path}"));
            let kept = name[..name.len().min(self.chars_max - tag.len() - 1)].trim_end_matches('_');
            let candidate = format!("{kept}_{tag}");
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
            attempt += 1;
        }
    }
}

/// `GET /users/{id}/posts` is `get_users_by_id_posts`.
fn from_path(method: &Method, path: &str) -> String {
    let words = path.split('/').filter(|piece| !piece.is_empty()).map(|piece| {
        let by = if piece.starts_with('{') { "by_" } else { "" };
        format!("{by}{}", safe(piece, ID_CHARS_MAX))
    });
    let words: Vec<_> = words.collect();
    format!("{}_{}", method.as_str().to_lowercase(), words.join("_")).trim_end_matches('_').to_owned()
}

/// An argument's name that providers take and that no other argument has: its own, or with where it goes before it.
pub(crate) fn argument(name: &str, place: &str, taken: &mut HashSet<String>) -> String {
    let mut safe = if is_argument(name) { name.to_owned() } else { self::safe(name, ARGUMENT_CHARS_MAX) };
    // Names that mean something to JavaScript's objects, and clients are written in it.
    if safe.is_empty() || matches!(name, "__proto__" | "constructor" | "prototype") {
        safe = format!("{place}_{}", safe.trim_matches('_')).trim_end_matches('_').to_owned();
    }
    if taken.insert(safe.clone()) {
        return safe;
    }
    let mut attempt = 0_u32;
    loop {
        let number = if attempt == 0 { String::new() } else { format!("_{}", attempt + 1) };
        let room = ARGUMENT_CHARS_MAX.saturating_sub(place.len() + number.len() + 1);
        let candidate = format!("{place}_{}{number}", &safe[..safe.len().min(room)]);
        if taken.insert(candidate.clone()) {
            return candidate;
        }
        attempt += 1;
    }
}

fn is_argument(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    !name.is_empty() && name.len() <= ARGUMENT_CHARS_MAX && name.chars().all(allowed)
}

/// ASCII letters, digits, `-` and `_`; what is between others becomes one `_`.
pub(crate) fn safe(text: &str, chars_max: usize) -> String {
    let mut out = String::new();
    for c in text.chars().take(chars_max) {
        match c {
            c if c.is_ascii_alphanumeric() || c == '-' => out.push(c),
            _ if out.ends_with('_') || out.is_empty() => {}
            _ => out.push('_'),
        }
    }
    while out.ends_with('_') {
        out.pop();
    }
    out
}

/// A few characters that stand for all of `text` (FNV-1a, the same on every machine). Not a secret: it only tells names
/// apart.
fn tag(text: &str) -> String {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = text.bytes().fold(0x811c_9dc5, step);
    format!("{:06x}", (hash >> 24) ^ (hash & 0x00ff_ffff))
}
