//! A stranger's text, fit to be shown to a model and to a person.

/// The most letters of a description.
const LETTERS_MAX: usize = 8_000;
/// The most letters of a name or a title.
const LINE_LETTERS_MAX: usize = 200;

/// Several lines of it: letters that cannot be seen, and those that turn text around, are left out, since what a person
/// accepts must be what a model reads.
pub(crate) fn lines(text: &str) -> String {
    let shown: String = text.chars().filter(|letter| matches!(letter, '\n' | '\t') || is_visible(*letter)).collect();
    cut(shown.trim(), LETTERS_MAX)
}

/// One line of it.
pub(crate) fn line(text: &str) -> String {
    let shown: String = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    cut(lines(&shown).trim(), LINE_LETTERS_MAX)
}

fn cut(text: &str, letters_max: usize) -> String {
    match text.char_indices().nth(letters_max) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

/// Not a control character, a mark of direction, a joiner of nothing, a tag or a private one.
fn is_visible(letter: char) -> bool {
    !letter.is_control()
        && !matches!(
            u32::from(letter),
            0xAD | 0x61C | 0x180E | 0x200B | 0x200E | 0x200F | 0x2028..=0x202E | 0x2060..=0x206F
                | 0xFEFF | 0xFFF0..=0xFFFB | 0xE000..=0xF8FF | 0xE0000..=0xE0FFF | 0xF0000..=0x10_FFFF
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_not_passed_on() {
        assert_eq!(lines("Adds\u{200B} two\u{202E}\n numbers\u{7}\u{E0041}."), "Adds two\n numbers.");
        assert_eq!(line(" Two\nlines "), "Two lines");
        assert_eq!(lines(&"a".repeat(9_000)).chars().count(), 8_001);
    }
}
