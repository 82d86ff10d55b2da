//! Bounds in check constraints: `quantity > 0`, `price >= 0 AND price <= 100`, `x BETWEEN 1 AND 5`,
//! `char_length(name) <= 20`, `name <> ''`.
//!
//! Only comparisons of a column, or of its length, with a number are read, and only where all of them must hold. What is
//! anything more is left to the database to enforce.

use super::tokens::{Token, tokens};
use crate::schema::{Bounds, Column, Kind};

/// A bound of one column, by its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    column: String,
    of: Of,
    bound: Bound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Value,
    Length,
}

#[derive(Clone, Debug, PartialEq)]
enum Bound {
    Over(String),
    From(String),
    Under(String),
    UpTo(String),
    NotEmpty,
}

/// What the check constraints in a SQLite table's definition say.
pub(super) fn of_definition(sql: &str) -> Vec<Found> {
    let tokens = tokens(sql);
    let checks = (0..tokens.len()).filter(|at| is_word(tokens.get(*at), "check"));
    checks.filter_map(|at| group(&tokens[at + 1..])).flat_map(all).collect()
}

/// What a PostgreSQL check constraint, as the server prints it, says.
pub(super) fn of_constraint(definition: &str) -> Vec<Found> {
    let tokens = without_casts(tokens(definition));
    match tokens.split_first() {
        Some((first, rest)) if is_word(Some(first), "check") => group(rest).map(all).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// What a MySQL check constraint, as the server prints it, says. Its `length` counts bytes, which says little of
/// characters.
pub(super) fn of_clause(clause: &str) -> Vec<Found> {
    let bytes = tokens(clause).iter().any(|token| is_word(Some(token), "length"));
    let found = all(&tokens(&clause.replace("_utf8mb4\\'", "'").replace("\\'", "'")));
    found.into_iter().filter(|found| found.of == Of::Value || !bytes).collect()
}

impl Found {
    /// Whether it is about a column of this name, or of a domain, which calls its value so.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.column.eq_ignore_ascii_case(name)
    }

    /// Adds the bound to those of a column, if it means anything there.
    pub(super) fn narrow(self, column: &mut Column) {
        let whole = matches!(column.kind, Kind::Integer { .. });
        let numeric = whole || matches!(column.kind, Kind::Decimal { .. } | Kind::Float);
        let bounds = &mut column.bounds;
        match (self.of, &column.kind) {
            (Of::Value, Kind::Text) if self.bound == Bound::NotEmpty => {
                bounds.length_min = bounds.length_min.max(Some(1));
            }
            (Of::Value, _) if numeric => numbers(bounds, self.bound, whole),
            (Of::Length, Kind::Text) => length(bounds, self.bound),
            _ => {}
        }
    }
}

fn numbers(bounds: &mut Bounds, bound: Bound, whole: bool) {
    let read = |digits: String| digits.parse::<f64>().ok().filter(|number| number.is_finite());
    // Whole numbers have a next one, as far as a float knows each.
    let next = |number: f64, step: f64| (number.abs() < 9e15).then_some((number + step, false));
    match bound {
        Bound::From(digits) => low(bounds, read(digits).map(|number| (number, false))),
        Bound::Over(digits) if whole => low(bounds, read(digits).and_then(|number| next(number.floor(), 1.0))),
        Bound::Over(digits) => low(bounds, read(digits).map(|number| (number, true))),
        Bound::UpTo(digits) => high(bounds, read(digits).map(|number| (number, false))),
        Bound::Under(digits) if whole => high(bounds, read(digits).and_then(|number| next(number.ceil(), -1.0))),
        Bound::Under(digits) => high(bounds, read(digits).map(|number| (number, true))),
        Bound::NotEmpty => {}
    }
}

fn low(bounds: &mut Bounds, found: Option<(f64, bool)>) {
    if let Some(found) = found
        && bounds.low.is_none_or(|low| found > low)
    {
        bounds.low = Some(found);
    }
}

fn high(bounds: &mut Bounds, found: Option<(f64, bool)>) {
    let tighter =
        |(number, open): (f64, bool), (than, is_open): (f64, bool)| number < than || number <= than && open && !is_open;
    if let Some(found) = found
        && bounds.high.is_none_or(|high| tighter(found, high))
    {
        bounds.high = Some(found);
    }
}

fn length(bounds: &mut Bounds, bound: Bound) {
    let read = |digits: String| digits.parse::<u32>().ok();
    match bound {
        Bound::From(digits) => bounds.length_min = bounds.length_min.max(read(digits)),
        Bound::Over(digits) => {
            bounds.length_min = bounds.length_min.max(read(digits).and_then(|length| length.checked_add(1)));
        }
        Bound::UpTo(digits) => shorter(bounds, read(digits)),
        Bound::Under(digits) => shorter(bounds, read(digits).and_then(|length| length.checked_sub(1))),
        Bound::NotEmpty => {}
    }
}

fn shorter(bounds: &mut Bounds, length: Option<u32>) {
    bounds.length_max = match (bounds.length_max, length) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
}

/// All that must hold, of conditions joined by AND.
fn all(tokens: &[Token]) -> Vec<Found> {
    let tokens = bare(tokens);
    let mut parts = Vec::new();
    let (mut depth, mut from, mut between) = (0, 0, false);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            Token::Word(word) if depth == 0 => match word.as_str() {
                "or" | "not" | "case" | "is" => return Vec::new(),
                "between" => between = true,
                "and" if between => between = false,
                "and" => {
                    parts.push(&tokens[from..at]);
                    from = at + 1;
                }
                _ => {}
            },
            _ => {}
        }
    }
    if parts.is_empty() {
        return one(tokens);
    }
    parts.push(&tokens[from..]);
    parts.into_iter().flat_map(all).collect()
}

/// One comparison.
fn one(tokens: &[Token]) -> Vec<Found> {
    if let Some(at) = tokens.iter().position(|token| is_word(Some(token), "between")) {
        let rest = &tokens[at + 1..];
        let (Some((column, of)), Some(and)) =
            (operand(&tokens[..at]), rest.iter().position(|token| is_word(Some(token), "and")))
        else {
            return Vec::new();
        };
        let (Some(low), Some(high)) = (number(&rest[..and]), number(&rest[and + 1..])) else { return Vec::new() };
        let found = |bound| Found { column: column.clone(), of, bound };
        return vec![found(Bound::From(low)), found(Bound::UpTo(high))];
    }
    let signs = |token: &Token| matches!(token, Token::Sign('<' | '>' | '=' | '!'));
    let Some(start) = tokens.iter().position(signs) else { return Vec::new() };
    let end = start + tokens[start..].iter().take_while(|token| signs(token)).count();
    let operator: String = tokens[start..end].iter().filter_map(sign).collect();
    let (left, right) = (&tokens[..start], &tokens[end..]);
    if matches!(operator.as_str(), "<>" | "!=") {
        let empty = matches!(bare(right), [Token::Text(text)] if text.is_empty());
        return match operand(left) {
            Some((column, of @ Of::Value)) if empty => vec![Found { column, of, bound: Bound::NotEmpty }],
            _ => Vec::new(),
        };
    }
    let (operand, digits, operator) = match (operand(left), number(right), operand(right), number(left)) {
        (Some(operand), Some(digits), _, _) => (operand, digits, operator.as_str()),
        (_, _, Some(operand), Some(digits)) => {
            let turned = match operator.as_str() {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                _ => return Vec::new(),
            };
            (operand, digits, turned)
        }
        _ => return Vec::new(),
    };
    let bound = match operator {
        ">" => Bound::Over(digits),
        ">=" => Bound::From(digits),
        "<" => Bound::Under(digits),
        "<=" => Bound::UpTo(digits),
        _ => return Vec::new(),
    };
    vec![Found { column: operand.0, of: operand.1, bound }]
}

/// A column, or its length in characters.
fn operand(tokens: &[Token]) -> Option<(String, Of)> {
    match bare(tokens) {
        [Token::Quoted(name)] => Some((name.clone(), Of::Value)),
        [Token::Word(name)] if !name.starts_with(|c: char| c.is_ascii_digit()) => Some((name.clone(), Of::Value)),
        [Token::Word(function), inner @ ..]
            if matches!(function.as_str(), "length" | "char_length" | "character_length")
                && matches!(inner, [Token::Sign('('), .., Token::Sign(')')]) =>
        {
            operand(inner).filter(|(_, of)| *of == Of::Value).map(|(name, _)| (name, Of::Length))
        }
        _ => None,
    }
}

/// A number's spelling.
fn number(tokens: &[Token]) -> Option<String> {
    let (minus, tokens) = match bare(tokens) {
        [Token::Sign('-'), rest @ ..] => ("-", bare(rest)),
        rest => ("", rest),
    };
    let digits = match tokens {
        [Token::Word(whole)] => whole.clone(),
        [Token::Word(whole), Token::Sign('.'), Token::Word(part)] => format!("{whole}.{part}"),
        _ => return None,
    };
    let plain = |c: char| c.is_ascii_digit() || c == '.';
    digits.chars().all(plain).then(|| format!("{minus}{digits}"))
}

/// Without parentheses around the whole.
fn bare(mut tokens: &[Token]) -> &[Token] {
    while let Some(inner) = group(tokens).filter(|inner| inner.len() + 2 == tokens.len()) {
        tokens = inner;
    }
    tokens
}

/// What is within the parentheses that this begins with.
fn group(tokens: &[Token]) -> Option<&[Token]> {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return if at == 0 { None } else { tokens.get(1..at) };
        }
    }
    None
}

/// `(0)::numeric`, `'-5'::integer` and `(name)::text` as what is cast.
fn without_casts(tokens: Vec<Token>) -> Vec<Token> {
    const NUMERIC: &[&str] = &["integer", "bigint", "smallint", "numeric", "double", "real"];
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        if token != Token::Sign(':') || rest.next_if(|next| *next == Token::Sign(':')).is_none() {
            kept.push(token);
            continue;
        }
        let is_type = |token: &Token| {
            matches!(token, Token::Quoted(_))
                || matches!(token, Token::Word(word) if !matches!(word.as_str(), "and" | "or" | "between"))
        };
        let mut first = None;
        while let Some(token) = rest.next_if(is_type) {
            if let (None, Token::Word(word)) = (&first, token) {
                first = Some(word);
            }
        }
        if let (Some(Token::Text(text)), Some(word)) = (kept.last(), first)
            && NUMERIC.contains(&word.as_str())
        {
            let digits = text.clone();
            kept.pop();
            let (minus, digits) = digits.strip_prefix('-').map_or((false, digits.as_str()), |digits| (true, digits));
            if minus {
                kept.push(Token::Sign('-'));
            }
            let mut parts = digits.splitn(2, '.');
            kept.extend(parts.next().map(|whole| Token::Word(whole.to_owned())));
            kept.extend(parts.next().into_iter().flat_map(|part| [Token::Sign('.'), Token::Word(part.to_owned())]));
        }
    }
    kept
}

fn is_word(token: Option<&Token>, word: &str) -> bool {
    matches!(token, Some(Token::Word(found)) if found == word)
}

fn sign(token: &Token) -> Option<char> {
    match token {
        Token::Sign(sign) => Some(*sign),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(found: Vec<Found>) -> Vec<String> {
        found
            .into_iter()
            .map(|found| {
                let of = if found.of == Of::Length { "length " } else { "" };
                format!("{of}{} {:?}", found.column, found.bound)
            })
            .collect()
    }

    #[test]
    fn the_servers_spelling_is_read() {
        for (definition, expected) in [
            ("CHECK ((quantity > 0))", &["quantity Over(\"0\")"][..]),
            (
                "CHECK (((price >= (0)::numeric) AND (price <= (100)::numeric)))",
                &["price From(\"0\")", "price UpTo(\"100\")"],
            ),
            ("CHECK ((n >= '-5'::integer))", &["n From(\"-5\")"]),
            ("CHECK ((x > ('-0.5'::numeric)::double precision))", &["x Over(\"-0.5\")"]),
            ("CHECK ((char_length((name)::text) <= 20))", &["length name UpTo(\"20\")"]),
            ("CHECK (((\"Name\")::text <> ''::text))", &["Name NotEmpty"]),
            ("CHECK ((VALUE < 10))", &["value Under(\"10\")"]),
            ("CHECK ((5 <= n))", &["n From(\"5\")"]),
            ("CHECK (((n > 0) AND (a = ANY (ARRAY[1, 2]))))", &["n Over(\"0\")"]),
            ("CHECK (((n > 0) OR (m > 0)))", &[]),
            ("CHECK ((NOT (n > 0)))", &[]),
            ("CHECK ((n > m))", &[]),
            ("CHECK (((n + 1) > 0))", &[]),
            ("CHECK ((lower(name) <> ''::text))", &[]),
            ("CHECK (((n > 0) IS TRUE))", &[]),
            ("CHECK ((upper(n) > 5))", &[]),
        ] {
            assert_eq!(read(of_constraint(definition)), expected, "{definition}");
        }
    }

    #[test]
    fn mysqls_spelling_is_read() {
        assert_eq!(read(of_clause("((`a b` >= 0) and (`a b` <= 100.5))")), ["a b From(\"0\")", "a b UpTo(\"100.5\")"]);
        assert_eq!(read(of_clause("`n` between 1 and 5 and `n` <> 3")), ["n From(\"1\")", "n UpTo(\"5\")"]);
        assert_eq!(read(of_clause("char_length(`s`) <= 20")), ["length s UpTo(\"20\")"]);
        assert_eq!(read(of_clause("(length(`s`) >= 3)")), [""; 0]);
        assert_eq!(read(of_clause("(`s` <> _utf8mb4\\'\\')")), ["s NotEmpty"]);
    }

    #[test]
    fn what_is_written_by_hand_is_read() {
        let sql = "CREATE TABLE t (n INTEGER CHECK (n BETWEEN 1 AND 5 AND n <> 3), \"a b\" REAL CHECK(\"a b\">=-1.5),
            s TEXT CHECK (length(s) < 10), CHECK (n > 0 OR s = 'n < 5'), CHECK (n IN (1, 2)), CHECK (0 < n))";
        assert_eq!(
            read(of_definition(sql)),
            ["n From(\"1\")", "n UpTo(\"5\")", "a b From(\"-1.5\")", "length s Under(\"10\")", "n Over(\"0\")"]
        );
    }
}
