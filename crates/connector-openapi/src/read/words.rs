//! A document's prose, made fit to be shown. It is somebody's text: what could steer a terminal or hide from a reader
//! is taken out, and it is cut.

/// `text` without markup, control and invisible characters, in one line of at most `chars_max` characters, cut
/// between sentences or words.
pub(crate) fn clean(text: &str, chars_max: usize) -> String {
    // What is far behind the cut is not worth reading.
    let near: String = text.chars().take(chars_max.saturating_mul(8).saturating_add(2_000)).collect();
    let plain = unlinked(&untagged(&near));
    let mut words = String::with_capacity(plain.len().min(chars_max * 2));
    for word in plain.split_whitespace() {
        let emphasis = word.starts_with('*') || word.ends_with('*');
        let word = if emphasis { word.replace('*', "") } else { word.to_owned() };
        let mark = !word.is_empty() && word.chars().all(|c| matches!(c, '#' | '-' | '=' | '|' | '_' | '`' | ':'));
        if word.is_empty() || mark {
            continue;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&word);
    }
    cut(&words, chars_max)
}

/// At most `chars_max` characters of one line, ended by a sentence where one ends late enough, else between words.
pub(crate) fn cut(text: &str, chars_max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(chars_max) else { return text.to_owned() };
    let room = text.char_indices().nth(chars_max.saturating_sub(1)).map_or(0, |(at, _)| at);
    let sentence = text[..end].rmatch_indices(['.', '!', '?']).map(|(at, _)| at + 1);
    let mut ends = sentence.filter(|at| text[*at..].starts_with(' '));
    match ends.next() {
        Some(at) if at * 2 > end => text[..at].to_owned(),
        _ => {
            let word = text[..room].rfind(' ').filter(|at| *at > 0).unwrap_or(room);
            format!("{}…", text[..word].trim_end_matches([' ', ',', ';', ':']))
        }
    }
}

/// Characters that are not seen or that change how others are shown: controls, direction marks, zero widths, tags,
/// variation selectors, private use.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{10ffff}')
}

/// Without HTML tags and comments; the commonest character references read; hidden characters as blanks.
fn untagged(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |at| &after[at + 3..]);
            out.push(' ');
        } else if c == '<' && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            match rest.find('>') {
                Some(end) => rest = &rest[end + 1..],
                None => rest = &rest[1..],
            }
            out.push(' ');
        } else if let Some((read, after)) = reference(rest) {
            out.push(read);
            rest = after;
        } else {
            match c {
                '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{10ffff}' => {}
                c if is_hidden(c) => out.push(' '),
                c => out.push(c),
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

fn reference(text: &str) -> Option<(char, &str)> {
    const KNOWN: [(&str, char); 7] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&apos;", '\''),
        ("&nbsp;", ' '),
    ];
    KNOWN.iter().find_map(|(name, read)| text.strip_prefix(name).map(|rest| (*read, rest)))
}

/// Markdown's `[words](address)` and `![words](address)` as their words.
fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, link) = rest.split_at(at);
        let parts = link[1..].split_once("](").and_then(|(words, after)| {
            let plain = !words.contains(['[', ']']);
            after.split_once(')').filter(|_| plain).map(|(_, rest)| (words, rest))
        });
        match parts {
            Some((words, after)) => {
                out.push_str(before.strip_suffix('!').unwrap_or(before));
                out.push_str(words);
                rest = after;
            }
            None => {
                out.push_str(before);
                out.push('[');
                rest = &link[1..];
            }
        }
    }
    out.push_str(rest);
    out.replace("**", "")
}
