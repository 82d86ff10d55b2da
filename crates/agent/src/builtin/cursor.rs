use super::words::{Kind, Token};

/// A place in the tokens of a message. Copying it keeps the place to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'t> {
    pub(crate) source: &'t str,
    pub(crate) tokens: &'t [Token],
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(source: &'t str, tokens: &'t [Token]) -> Self {
        Self { source, tokens }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<&'t Token> {
        self.tokens.first()
    }

    /// The word `ahead` of the next one, in lower case; empty where there is none.
    pub(crate) fn word(&self, ahead: usize) -> &'t str {
        self.tokens.get(ahead).map_or("", |token| token.lower.as_str())
    }

    pub(crate) fn next(&mut self) -> Option<&'t Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.tokens = self.tokens.get(count..).unwrap_or_default();
    }

    /// Takes these words, separated by blanks, if they are next.
    pub(crate) fn eat(&mut self, phrase: &str) -> bool {
        let mut count = 0;
        for word in phrase.split(' ') {
            if self.word(count) != word {
                return false;
            }
            count += 1;
        }
        self.skip(count);
        true
    }

    /// Takes the first that is next of these phrases, which `|` keeps apart.
    pub(crate) fn eat_any<'p>(&mut self, phrases: &'p str) -> Option<&'p str> {
        phrases.split('|').find(|phrase| self.eat(phrase))
    }

    /// Takes as many of these phrases as there are.
    pub(crate) fn skip_all(&mut self, phrases: &str) {
        while self.eat_any(phrases).is_some() {}
    }

    pub(crate) fn starts_with(&self, phrases: &str) -> bool {
        let mut copy = *self;
        copy.eat_any(phrases).is_some()
    }

    /// Takes a whole number.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let token = self.peek().filter(|token| token.kind == Kind::Word)?;
        let number = token.lower.parse().ok().or_else(|| number_word(&token.lower))?;
        self.skip(1);
        Some(number)
    }

    /// The message's own text from here to the end, with what ends its last sentence.
    pub(crate) fn rest(&self) -> &'t str {
        let (Some(first), Some(last)) = (self.tokens.first(), self.tokens.last()) else { return "" };
        let tail = &self.source[last.span.end..];
        let more = tail.find(char::is_whitespace).unwrap_or(tail.len());
        self.source[first.span.start..last.span.end + more].trim()
    }

    /// The message's own text from here to `later`, which comes after.
    pub(crate) fn until(&self, later: &Self) -> &'t str {
        match (self.peek(), later.peek()) {
            (Some(from), Some(to)) if from.span.start <= to.span.start => {
                self.source[from.span.start..to.span.start].trim()
            }
            (Some(_), None) => self.rest(),
            _ => "",
        }
    }

    /// The same, but ending with the last token before `later`, without what ends a sentence.
    pub(crate) fn tokens_until(&self, later: &Self) -> &'t str {
        let count = self.tokens.len().saturating_sub(later.tokens.len());
        match (self.tokens.first(), self.tokens.get(count.wrapping_sub(1))) {
            (Some(first), Some(last)) => &self.source[first.span.start..last.span.end],
            _ => "",
        }
    }
}

fn number_word(word: &str) -> Option<u64> {
    let words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    words.iter().position(|known| *known == word).map(|at| at as u64 + 1)
}
