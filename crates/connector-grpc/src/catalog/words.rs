//! Comments of a stranger's source, made fit to be shown.

/// One line of at most `chars_max` characters, without control and invisible characters and without the marks that
/// comments are drawn with.
pub(crate) fn plain(text: &str, chars_max: usize) -> String {
    let near: String = text.chars().take(chars_max.saturating_mul(4)).collect();
    let visible: String = near.chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    let words =
        visible.split_whitespace().filter(|word| !word.chars().all(|c| matches!(c, '*' | '/' | '=' | '-' | '#')));
    cut(&words.collect::<Vec<_>>().join(" "), chars_max)
}

/// At most so many characters, cut between words.
pub(crate) fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let room = text.char_indices().nth(chars_max.saturating_sub(1)).map_or(0, |(at, _)| at);
    let at = text[..room].rfind(' ').filter(|at| *at > 0).unwrap_or(room);
    format!("{}…", text[..at].trim_end_matches([' ', ',', ';', ':']))
}

/// Controls, direction marks, zero widths, tags.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
