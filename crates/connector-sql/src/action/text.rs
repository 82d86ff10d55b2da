//! The text of a declared statement, taken apart just far enough to find its parameters.

use crate::schema::Engine;

/// What a `:name` stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// An argument.
    Argument(String),
    /// `:caller_id`
    CallerId,
    /// `:caller.claims.NAME`
    Claim(String),
}

/// A statement whose parameters have been found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// What lies between the parameters: one more than `uses`.
    between: Vec<String>,
    /// Which of `names` stands at each place.
    uses: Vec<usize>,
    /// Each name once.
    pub(super) names: Vec<Name>,
}

impl Text {
    /// Finds the parameters, or says what is wrong.
    pub(super) fn read(engine: Engine, sql: &str) -> Result<Self, String> {
        let mut reader = Reader { engine, rest: sql, last: None, before: None };
        let mut text = Self { between: vec![String::new()], uses: Vec::new(), names: Vec::new() };
        while !reader.rest.is_empty() {
            if let Some(name) = reader.parameter()? {
                let at = text.names.iter().position(|known| *known == name).unwrap_or_else(|| {
                    text.names.push(name);
                    text.names.len() - 1
                });
                text.uses.push(at);
                text.between.push(String::new());
                continue;
            }
            let piece = reader.piece()?;
            if let Some(last) = text.between.last_mut() {
                last.push_str(piece);
            }
        }
        Ok(text)
    }

    /// The statement with each parameter written as `slot` says, by its place in `names`.
    pub(super) fn written(&self, slot: impl Fn(usize) -> String) -> String {
        let mut sql = String::new();
        for (at, between) in self.between.iter().enumerate() {
            sql.push_str(between);
            if let Some(name) = self.uses.get(at) {
                sql.push_str(&slot(*name));
            }
        }
        sql
    }
}

struct Reader<'a> {
    engine: Engine,
    rest: &'a str,
    /// The last character that was read, and the one before it.
    last: Option<char>,
    before: Option<char>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (piece, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        for c in piece.chars().rev().take(2).collect::<Vec<_>>().into_iter().rev() {
            self.before = self.last.replace(c);
        }
        piece
    }

    /// The parameter that stands here, if one does.
    fn parameter(&mut self) -> Result<Option<Name>, String> {
        let Some(after) = self.rest.strip_prefix(':') else { return Ok(None) };
        // The second colon of a cast.
        if self.last == Some(':') || !after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Ok(None);
        }
        let word = |text: &str| text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
        let name = &after[..word(after)];
        let rest = &after[name.len()..];
        let (name, bytes) = match (name, rest.strip_prefix(".claims.").map(|claim| &claim[..word(claim)])) {
            ("caller_id", _) => (Name::CallerId, name.len()),
            ("caller", Some(claim)) if !claim.is_empty() => {
                (Name::Claim(claim.to_owned()), name.len() + ".claims.".len() + claim.len())
            }
            ("caller", _) => return Err("`:caller` is written `:caller_id` or `:caller.claims.NAME`".into()),
            _ => (Name::Argument(name.to_owned()), name.len()),
        };
        self.take(1 + bytes);
        Ok(Some(name))
    }

    /// The next piece that holds no parameter: a quoted or commented stretch, or one character.
    fn piece(&mut self) -> Result<&'a str, String> {
        let rest = self.rest;
        let Some(first) = rest.chars().next() else { return Ok("") };
        let word_before = self.last.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
        let length = match (first, self.engine) {
            ('\'', _) => quoted(rest, '\'', self.has_escapes()),
            ('"', _) => quoted(rest, '"', false),
            ('`', Engine::Sqlite) => quoted(rest, '`', false),
            ('[', Engine::Sqlite) => rest.find(']').map(|end| end + 1),
            ('-', _) if rest.starts_with("--") => Some(rest.find('\n').map_or(rest.len(), |end| end + 1)),
            ('/', engine) if rest.starts_with("/*") => comment(rest, engine == Engine::Postgres),
            ('$', Engine::Postgres) if !word_before => match dollar(rest) {
                Ok(length) => length,
                Err(Positional) => return Err(positional(first)),
            },
            ('?' | '@' | '$' | '#', Engine::Sqlite) if !word_before => return Err(positional(first)),
            (';', _) => {
                if !rest[1..].trim().is_empty() {
                    return Err("it must be one statement: nothing may come after the first `;`".into());
                }
                self.take(rest.len());
                return Ok("");
            }
            _ => Some(first.len_utf8()),
        };
        let length = length.ok_or_else(|| format!("what begins at `{}` does not end", head(rest)))?;
        // The colons of a cast stay together, and so does `:=`.
        let length = if rest.starts_with("::") || rest.starts_with(":=") { 2 } else { length };
        let piece = self.take(length);
        if piece == "::" {
            // What follows is a type and no parameter.
            self.last = Some(' ');
        }
        Ok(piece)
    }

    /// Whether the string that begins here is one of PostgreSQL's `E'…'`.
    fn has_escapes(&self) -> bool {
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        self.engine == Engine::Postgres && matches!(self.last, Some('e' | 'E')) && !self.before.is_some_and(word)
    }
}

/// The length of a quoted stretch; a doubled quote does not end it.
fn quoted(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut inside = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = inside.next() {
        if escapes && c == '\\' {
            inside.next();
        } else if c == quote {
            match inside.peek() {
                Some((_, next)) if *next == quote => {
                    inside.next();
                }
                _ => return Some(at + c.len_utf8()),
            }
        }
    }
    None
}

/// The length of a comment; PostgreSQL's contain each other.
fn comment(text: &str, nested: bool) -> Option<usize> {
    let mut depth = 0_u32;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("/*") && (nested || depth == 0) {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

/// `$1`, which is the driver's.
struct Positional;

/// The length of `$tag$ … $tag$`; a lone `$` is one character long.
/// <https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-DOLLAR-QUOTING>
fn dollar(text: &str) -> Result<Option<usize>, Positional> {
    let inside = &text[1..];
    if inside.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Positional);
    }
    let tag = inside.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inside.len());
    if !inside[tag..].starts_with('$') {
        return Ok(Some(1));
    }
    let mark = &text[..tag + 2];
    Ok(text[mark.len()..].find(mark).map(|end| end + 2 * mark.len()))
}

fn positional(sign: char) -> String {
    format!("parameters are written `:name`, not with `{sign}`")
}

fn head(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(engine: Engine, sql: &str) -> Vec<String> {
        let text = Text::read(engine, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        // What is not a parameter comes through letter by letter.
        let slot = |at: usize| match &text.names[at] {
            Name::Argument(name) => format!(":{name}"),
            Name::CallerId => ":caller_id".into(),
            Name::Claim(name) => format!(":caller.claims.{name}"),
        };
        assert_eq!(text.written(slot), sql);
        (0..text.names.len()).map(slot).collect()
    }

    #[test]
    fn parameters_are_found_once_each() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let sql = "SELECT a FROM t WHERE u=:caller_id AND at>=:since AND (at<:since OR o = :caller.claims.org_id)";
            assert_eq!(names(engine, sql), [":caller_id", ":since", ":caller.claims.org_id"]);
            assert_eq!(names(engine, "SELECT :a,:b, :a+:b"), [":a", ":b"]);
        }
    }

    #[test]
    fn what_is_quoted_or_commented_is_left_alone() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let none: [String; 0] = [];
            assert_eq!(names(engine, "SELECT ':a', 'it''s :b', \"x:c\", \"q\"\":d\" -- :e\n /* :f */"), none);
            assert_eq!(names(engine, "SELECT ''':a''', :b"), [":b"]);
            assert_eq!(names(engine, "SELECT 'ü' || :a || '€:b'"), [":a"]);
        }
        assert_eq!(names(Engine::Sqlite, "SELECT [a:b], `c:d`, :e"), [":e"]);
        assert_eq!(names(Engine::Sqlite, "SELECT /* /* :a */ :b"), [":b"]);
        assert_eq!(names(Engine::Sqlite, r"SELECT '\', :a, '\'"), [":a"]);
    }

    #[test]
    fn postgres_casts_slices_dollars_and_escapes_are_no_parameters() {
        assert_eq!(names(Engine::Postgres, "SELECT :a::int, b::text, c :: date, '1'::int4"), [":a"]);
        assert_eq!(names(Engine::Postgres, "SELECT x[1:2], f(a := 1, b => :b)"), [":b"]);
        assert_eq!(names(Engine::Postgres, "SELECT $$ :a $$, $q$ :b $$ :c $q$, a$b, :d"), [":d"]);
        assert_eq!(names(Engine::Postgres, r"SELECT E'\':a', e'\\', :b, '\', :c"), [":b", ":c"]);
        assert_eq!(names(Engine::Postgres, r"SELECT date'\', :b"), [":b"]);
        assert_eq!(names(Engine::Postgres, "SELECT /* a /* :b */ :c */ :d, j ? 'k', j @> '{}'"), [":d"]);
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        let refused = |engine, sql: &str| Text::read(engine, sql).unwrap_err();
        for engine in [Engine::Sqlite, Engine::Postgres] {
            assert!(refused(engine, "SELECT 1; DROP TABLE t").contains("one statement"));
            assert!(refused(engine, "SELECT 1; -- and no more").contains("one statement"));
            assert!(refused(engine, "SELECT 'open").contains("`'open`"));
            assert!(refused(engine, "SELECT :caller").contains(":caller_id"));
            assert!(refused(engine, "SELECT :caller.claims").contains(":caller_id"));
            assert!(refused(engine, "SELECT $1").contains(":name"));
        }
        for sign in ["?", "?1", "@a", "$a"] {
            assert!(refused(Engine::Sqlite, &format!("SELECT {sign}")).contains(":name"));
        }
        assert_eq!(Text::read(Engine::Sqlite, "SELECT 1 ; \n").unwrap().written(|_| String::new()), "SELECT 1 ");
    }
}
