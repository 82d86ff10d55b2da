//! Makes a stranger's text fit to be shown: one line, no markup, no machinery, nothing that was sent in confidence.

use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Secret;
use crate::request::encode_value;

const MASK: &str = "***";

/// A secret shorter than this is found in any text, and masking it would spell it out.
const SECRET_BYTES_MIN: usize = 4;

/// Markup before the first word is not searched further than this.
const LOOKED_AT_BYTES_MAX: usize = 8 << 10;

/// Where a sentence ends and a program's own trace begins.
const TRACES: [&str; 6] =
    ["Traceback (most recent", "File \"", "Caused by:", "Stack trace:", "stack backtrace:", "#0 "];

/// The text in at most so many letters.
pub(crate) fn clean(text: &str, secrets: &[Secret], letters_max: usize) -> String {
    let masked = mask(text, secrets);
    let told = &masked[..masked.floor_char_boundary(LOOKED_AT_BYTES_MAX)];
    let told = told.lines().take_while(|line| !is_trace(line)).collect::<Vec<_>>().join(" ");
    let bare = without_tags(&told);
    let visible = bare.chars().map(|letter| if is_visible(letter) { letter } else { ' ' }).collect::<String>();
    let words = visible.split_whitespace().map(|word| if is_internal(word) { "…" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    // Once more: what stood between two halves of it may be gone now.
    let line = mask(&line, secrets);
    if line.chars().count() <= letters_max {
        return line;
    }
    let cut = line.chars().take(letters_max - 1).collect::<String>();
    format!("{}…", cut.trim_end())
}

fn mask(text: &str, secrets: &[Secret]) -> String {
    let forms = secrets.iter().flat_map(|secret| {
        let mut encoded = String::new();
        encode_value(&mut encoded, secret.expose());
        [secret.expose().to_owned(), encoded, STANDARD.encode(secret.expose())]
    });
    let mut forms = forms.filter(|form| form.len() >= SECRET_BYTES_MIN).collect::<Vec<_>>();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.iter().fold(text.to_owned(), |text, form| replace(&text, form))
}

/// Whatever the case of its letters.
fn replace(text: &str, secret: &str) -> String {
    let (lower, wanted) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(found) = lower[at..].find(&wanted) {
        out.push_str(&text[at..at + found]);
        out.push_str(MASK);
        at += found + wanted.len();
    }
    out.push_str(&text[at..]);
    out
}

fn is_trace(line: &str) -> bool {
    let line = line.trim_start();
    let is_frame = line.starts_with("at ") && line.contains(['(', ':']);
    is_frame || TRACES.iter().any(|start| line.starts_with(start))
}

/// Removes what looks like a tag; a `<` that opens none stays.
fn without_tags(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let Some(end) = tag.find('>') else {
            rest = tag;
            break;
        };
        if tag[1..].starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '/' | '!' | '?')) {
            out.push(' ');
            rest = &tag[end + 1..];
        } else {
            out.push('<');
            rest = &tag[1..];
        }
    }
    out + rest
}

/// No control characters, and none of those that hide text or turn it around.
fn is_visible(letter: char) -> bool {
    let hides = matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !letter.is_control() && !hides
}

/// Addresses of machines and paths of their files.
fn is_internal(word: &str) -> bool {
    let word = word.trim_matches(|letter: char| "()[]{}<>\"'`,;.!?".contains(letter));
    if word.contains("://") {
        return true;
    }
    let word = word.rsplit_once(['=', '@']).map_or(word, |(_, value)| value);
    let is_address = word.parse::<IpAddr>().is_ok() || word.parse::<SocketAddr>().is_ok();
    let is_file = ["/home/", "/usr/", "/var/", "/etc/", "/opt/", "/app/", "/srv/", "/root/", "/tmp/", "C:\\"];
    is_address || is_file.iter().any(|start| word.starts_with(start))
}
