//! Pieces of sentences.

/// `a, b or c`
pub(crate) fn either<T: AsRef<str>>(words: &[T]) -> String {
    join(words, "or")
}

/// `a, b and c`
pub(crate) fn all<T: AsRef<str>>(words: &[T]) -> String {
    join(words, "and")
}

fn join<T: AsRef<str>>(words: &[T], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [before @ .., end] => {
            let before: Vec<_> = before.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", before.join(", "), end.as_ref())
        }
    }
}

/// What a message said, short enough to repeat and on one line.
pub(crate) fn quote(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS_MAX + 1).collect();
    match flat.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("“{}…”", &flat[..end]),
        None => format!("“{flat}”"),
    }
}

/// A noun with `a` or `an` before it.
pub(crate) fn one(noun: &str) -> String {
    let vowel = noun.chars().next().is_some_and(|c| "aeio".contains(c.to_ascii_lowercase()));
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// A noun for so many: `order_items` are `1 order item` and `2 order items`.
pub(crate) fn noun(name: &str, count: Option<u64>) -> String {
    let own = name.rsplit_once('.').map_or(name, |(_, own)| own);
    let mut words = super::forms::split(own);
    if let Some(last) = words.last_mut() {
        *last = if count == Some(1) { super::forms::singular(last) } else { super::forms::plural(last) };
    }
    words.join(" ")
}
