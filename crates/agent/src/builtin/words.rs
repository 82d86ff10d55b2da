use std::ops::Range;

/// One word, quoted text or mark of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// As it was written, without quotes.
    pub(crate) text: String,
    /// In lower case; empty for quoted text, which is never a keyword.
    pub(crate) lower: String,
    pub(crate) kind: Kind,
    /// Where in the message, quotes included.
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Quoted,
    /// `,` `;` `:` `=` `!=` `<` `<=` `>` `>=`
    Mark,
}

impl Token {
    fn new(text: &str, kind: Kind, span: Range<usize>) -> Self {
        let lower = if kind == Kind::Quoted { String::new() } else { text.to_lowercase() };
        Self { text: text.to_owned(), lower, kind, span }
    }

    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }
}

/// The tokens of a message.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        if first.is_whitespace() || matches!(first, '(' | ')') {
            at += first.len_utf8();
        } else if let Some((text, len)) = quoted(rest, first) {
            tokens.push(Token::new(text, Kind::Quoted, at..at + len));
            at += len;
        } else if let Some(mark) = mark(rest) {
            let plain = if mark == "==" { "=" } else { mark };
            tokens.push(Token::new(if mark == "<>" { "!=" } else { plain }, Kind::Mark, at..at + mark.len()));
            at += mark.len();
        } else {
            at += word(rest, at, &mut tokens);
        }
    }
    tokens
}

fn mark(rest: &str) -> Option<&'static str> {
    ["!=", "<>", "<=", ">=", "==", "=", "<", ">", ",", ";", ":"].into_iter().find(|mark| rest.starts_with(mark))
}

/// Quoted text and how many bytes it takes with its quotes.
fn quoted(rest: &str, first: char) -> Option<(&str, usize)> {
    let close = match first {
        '"' => '"',
        '\'' => '\'',
        '`' => '`',
        '“' | '„' => '”',
        '‘' => '’',
        _ => return None,
    };
    let inner = &rest[first.len_utf8()..];
    // An apostrophe inside a word does not end the text.
    let ends = |after: &str| after.chars().next().is_none_or(|next| !next.is_alphanumeric());
    let (end, found) = inner
        .char_indices()
        .filter(|(_, c)| *c == close || (first == '„' && *c == '“'))
        .find(|(end, c)| ends(&inner[end + c.len_utf8()..]))?;
    Some((&inner[..end], first.len_utf8() + end + found.len_utf8()))
}

/// Takes one word, and the `:` after it as a mark. What ends a sentence does not belong to its last word.
fn word(rest: &str, at: usize, tokens: &mut Vec<Token>) -> usize {
    let stop = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '=' | '<' | '>' | '"' | '“' | '”' | '(' | ')');
    // A mark that opens nothing is a word of its own.
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let end = rest[first..].find(stop).map_or(rest.len(), |at| first + at);
    let end = match rest[..end].find("!=") {
        Some(_) => end,
        None if rest[end..].starts_with('=') && rest[..end].ends_with('!') => end - 1,
        None => end,
    };
    let whole = &rest[..end];
    let plain = whole.trim_end_matches(['.', '?', '!', '…']);
    let plain = if plain.is_empty() { whole } else { plain };
    if let Some(before) = plain.strip_suffix(':').filter(|before| !before.is_empty()) {
        tokens.push(Token::new(before, Kind::Word, at..at + before.len()));
        tokens.push(Token::new(":", Kind::Mark, at + before.len()..at + plain.len()));
    } else if let Some((name, value)) = split_pair(plain) {
        tokens.push(Token::new(name, Kind::Word, at..at + name.len()));
        tokens.push(Token::new(":", Kind::Mark, at + name.len()..at + name.len() + 1));
        let from = at + name.len() + 1;
        tokens.push(Token::new(value, Kind::Word, from..from + value.len()));
    } else {
        tokens.push(Token::new(plain, Kind::Word, at..at + plain.len()));
    }
    end
}

/// `status:open`, but not `12:30` and not `https://…`.
fn split_pair(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once(':')?;
    let is_name =
        name.chars().next().is_some_and(char::is_alphabetic) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name && !value.is_empty() && !value.starts_with("//")).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        tokens(source).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_marks_and_quotes_are_told_apart() {
        assert_eq!(
            texts("list products with category=electronics, price>=20 and name != 'Desk lamp'."),
            [
                "list",
                "products",
                "with",
                "category",
                "=",
                "electronics",
                ",",
                "price",
                ">=",
                "20",
                "and",
                "name",
                "!=",
                "Desk lamp",
                "."
            ]
        );
        assert_eq!(texts("a!=b"), ["a", "!=", "b"]);
        assert_eq!(
            texts("title: Buy milk; status:open at 12:30"),
            ["title", ":", "Buy", "milk", ";", "status", ":", "open", "at", "12:30"]
        );
        assert_eq!(texts("what's in bob's “old file.log”?"), ["what's", "in", "bob's", "old file.log", "?"]);
        assert_eq!(texts("delete old.log."), ["delete", "old.log"]);
        assert_eq!(texts("https://example.com/a?b=1"), ["https://example.com/a?b", "=", "1"]);
    }

    #[test]
    fn spans_lie_on_character_boundaries_for_any_text() {
        for source in ["", "…", "?!", "„ä“ ö", "a’b ‘c’", "\u{0}\u{1F600}:x", "::", "=:=", "'", "'a", "x:“y"]
        {
            for token in tokens(source) {
                assert!(source.get(token.span.clone()).is_some(), "{source:?} {token:?}");
            }
        }
    }
}
