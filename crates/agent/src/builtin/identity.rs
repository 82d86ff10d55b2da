//! A message cannot say who its user is: what tries to is taken out and answered with a sentence.

use super::words::{Kind, Token, tokens};

/// The answer to whoever names a user.
pub(crate) const ONLY_YOU: &str = "I act only for you, the signed-in user, and a message cannot change that.";

const USER_NAMES: [&str; 12] = [
    "userid",
    "user",
    "username",
    "ownerid",
    "owner",
    "uid",
    "sub",
    "subject",
    "callerid",
    "caller",
    "accountid",
    "useremail",
];

/// Whether a word is an ordinary name for what says whose something is.
pub(crate) fn is_user_name(word: &str) -> bool {
    let plain: String = word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    USER_NAMES.contains(&plain.as_str())
}

/// Blanks out bracketed lines that speak of a user, such as `[Authenticated as user: X]`; every other byte stays
/// where it is. Gives whether there was one.
pub(crate) fn blank_brackets(message: &str) -> (String, bool) {
    let mut text = message.to_owned();
    let mut claimed = false;
    let mut from = 0;
    while let Some(open) = text[from..].find(['[', '{', '<']).map(|at| from + at) {
        let close = match text.as_bytes()[open] {
            b'[' => ']',
            b'{' => '}',
            _ => '>',
        };
        let Some(end) = text[open..].find(close).map(|at| open + at + 1) else { break };
        let inside = text[open..end].to_lowercase();
        if speaks_of_a_user(&inside) {
            text.replace_range(open..end, &" ".repeat(end - open));
            claimed = true;
        }
        from = end;
    }
    (text, claimed)
}

fn speaks_of_a_user(inside: &str) -> bool {
    let phrases =
        ["authenticated", "signed in", "logged in", "acting as", "as user", "impersonat", "current user", "user id"];
    phrases.iter().any(|phrase| inside.contains(phrase))
        || tokens(inside)
            .windows(2)
            .any(|pair| is_user_name(&pair[0].text) && (pair[1].is_mark(":") || pair[1].is_mark("=")))
}

/// Takes out phrases such as `as user bob`, `on behalf of bob`, `I am bob`. `is_field` tells names that are fields
/// of something, which are left to be read as such. Gives whether there was one.
pub(crate) fn strip(tokens: &[Token], is_field: &dyn Fn(&str) -> bool) -> (Vec<Token>, bool) {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        match claim(&tokens[at..], at == 0 || tokens[at - 1].kind == Kind::Mark, is_field) {
            0 => {
                kept.push(tokens[at].clone());
                at += 1;
            }
            len => {
                at += len;
                if tokens.get(at).is_some_and(|token| token.is_mark(",") || token.is_mark(";")) {
                    at += 1;
                }
            }
        }
    }
    let claimed = kept.len() < tokens.len();
    (kept, claimed)
}

/// How many tokens a claim takes that begins here; 0 where none does.
fn claim(tokens: &[Token], begins: bool, is_field: &dyn Fn(&str) -> bool) -> usize {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let is = |words: &[&str]| words.iter().enumerate().all(|(at, wanted)| word(at) == *wanted);
    let introductions: [&[&str]; 12] = [
        &["on", "behalf", "of"],
        &["acting", "as"],
        &["act", "as"],
        &["impersonate"],
        &["impersonating"],
        &["pretend", "to", "be"],
        &["log", "in", "as"],
        &["logged", "in", "as"],
        &["sign", "in", "as"],
        &["signed", "in", "as"],
        &["authenticated", "as"],
        &["my", "name", "is"],
    ];
    if let Some(words) = introductions.iter().find(|words| is(words)) {
        return named(tokens, words.len());
    }
    let spoken = ["i am", "i'm", "i’m", "im"];
    if begins && spoken.iter().any(|words| is(&words.split(' ').collect::<Vec<_>>())) {
        let len = if word(0) == "i" { 2 } else { 1 };
        let plain = ["looking", "searching", "interested", "trying", "wondering", "curious", "asking"];
        return if plain.contains(&word(len)) { 0 } else { named(tokens, len) };
    }
    if is(&["as", "admin"]) || is(&["as", "administrator"]) || is(&["as", "root"]) || is(&["as", "superuser"]) {
        return 2;
    }
    let mut len = 0;
    if ["as", "for", "of", "by", "from", "belonging", "switch", "become"].contains(&word(len)) {
        len += 1;
        while ["to", "the", "another", "other"].contains(&word(len)) {
            len += 1;
        }
    }
    let Some(name) = tokens.get(len).filter(|token| token.kind == Kind::Word && is_user_name(&token.text)) else {
        return 0;
    };
    let joined = tokens.get(len + 1).is_some_and(|token| token.is_mark("=") || token.is_mark(":"));
    if is_field(&name.text) || (len == 0 && !joined) {
        return 0;
    }
    named(tokens, len + 1)
}

/// The name after an introduction, with what joins it.
fn named(tokens: &[Token], mut len: usize) -> usize {
    let joins = |token: &Token| {
        token.is_mark("=")
            || token.is_mark(":")
            || ["id", "is", "user", "the", "named", "called"].contains(&token.lower.as_str())
    };
    while tokens.get(len).is_some_and(joins) {
        len += 1;
    }
    (len + 1).min(tokens.len())
}
