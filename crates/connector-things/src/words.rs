//! What strangers wrote, fit to be shown.

/// The text in one line of at most so many letters; nothing where nothing is left of it. Control characters and those
/// that hide text or turn it around are gone.
pub(crate) fn clean(text: &str, letters_max: usize) -> Option<String> {
    let shown = text.chars().take(letters_max * 4).map(|letter| if is_shown(letter) { letter } else { ' ' });
    let words = shown.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= letters_max {
        return (!words.is_empty()).then_some(words);
    }
    let cut: String = words.chars().take(letters_max.saturating_sub(1)).collect();
    Some(format!("{}…", cut.trim_end()))
}

fn is_shown(letter: char) -> bool {
    let hides = matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !letter.is_control() && !hides
}
