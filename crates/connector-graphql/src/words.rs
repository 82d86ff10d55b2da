//! A schema's prose, made fit to be shown. It is somebody's text: what could steer a terminal or hide from a reader is
//! taken out, and it is cut.

/// `text` without control and invisible characters, in one line of at most `chars_max` characters, cut between words.
pub(crate) fn clean(text: &str, chars_max: usize) -> String {
    // What is far behind the cut is not worth reading.
    let near = text.chars().take(chars_max.saturating_mul(4).saturating_add(1_000));
    let seen: String = near.filter(|c| !is_zero_width(*c)).map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars_max {
        return line;
    }
    let room: String = line.chars().take(chars_max.saturating_sub(1)).collect();
    let end = room.rfind(' ').filter(|at| *at * 2 > room.len()).unwrap_or(room.len());
    format!("{}…", room.get(..end).unwrap_or(&room).trim_end_matches([' ', ',', ';', ':']))
}

fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Characters that change how others are shown, or that only some programs show.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{3164}' | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_hides_is_gone_and_what_is_long_is_cut_between_words() {
        assert_eq!(clean("a\u{202e}b \u{200b}c\n\u{1b}[31md", 40), "a b c [31md");
        assert_eq!(clean("one two three four", 12), "one two…");
        assert_eq!(clean("", 5), "");
    }
}
