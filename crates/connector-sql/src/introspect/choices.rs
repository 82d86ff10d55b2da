//! Lists of allowed values in check constraints: `status IN ('open', 'closed')`.
//!
//! Only this plain form is read, in SQLite's and in PostgreSQL's spelling; what is anything more is left to the
//! database to enforce.

use super::tokens::{Token, tokens};

/// Columns with the values that a SQLite table's definition allows them.
pub(super) fn of_definition(sql: &str) -> Vec<(String, Vec<String>)> {
    let tokens = tokens(sql);
    let starts = (0..tokens.len()).filter(|at| is_word(tokens.get(*at), "check"));
    starts.filter_map(|at| list(&tokens[at + 1..])).collect()
}

/// Columns with the values that a MySQL check constraint, as the server prints it, allows them.
pub(super) fn of_clause(clause: &str) -> Vec<(String, Vec<String>)> {
    // MySQL prints (`status` in (_utf8mb4\'open\',_utf8mb4\'closed\')), MariaDB `status` in ('open','closed').
    let plain = match clause.contains("_utf8mb4\\'") {
        true => clause.replace("_utf8mb4\\'", "'").replace("\\'", "'"),
        false => clause.replace("\\'", "''"),
    };
    let bare =
        plain.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).filter(|inner| !inner.starts_with('('));
    of_definition(&format!("CHECK ({})", bare.unwrap_or(&plain)))
}

/// The values that a PostgreSQL check constraint, as the server prints it, allows its only column.
pub(super) fn of_constraint(definition: &str) -> Option<Vec<String>> {
    // CHECK (((status)::text = ANY ((ARRAY['open'::character varying, 'closed'::character varying])::text[])))
    const SAID: &[&str] = &["check", "any", "array", "text", "character", "varying"];
    let tokens = tokens(definition);
    let mut texts = Vec::new();
    let (mut names, mut anys, mut equals) = (0, 0, 0);
    for token in tokens {
        match token {
            Token::Text(text) => texts.push(text),
            Token::Word(word) if word == "any" => anys += 1,
            Token::Word(word) if SAID.contains(&word.as_str()) => {}
            Token::Word(_) | Token::Quoted(_) => names += 1,
            Token::Sign('=') => equals += 1,
            Token::Sign('(' | ')' | '[' | ']' | ':' | ',') => {}
            Token::Sign(_) => return None,
        }
    }
    ((names, anys, equals) == (1, 1, 1) && !texts.is_empty()).then_some(texts)
}

/// Reads `(column IN ('a', 'b'))`.
fn list(tokens: &[Token]) -> Option<(String, Vec<String>)> {
    let mut rest = tokens.iter();
    let column = match (rest.next()?, rest.next()?) {
        (Token::Sign('('), Token::Word(name) | Token::Quoted(name)) => name.clone(),
        _ => return None,
    };
    if !is_word(rest.next(), "in") || rest.next() != Some(&Token::Sign('(')) {
        return None;
    }
    let mut values = Vec::new();
    loop {
        let Some(Token::Text(value)) = rest.next() else { return None };
        values.push(value.clone());
        match rest.next()? {
            Token::Sign(',') => {}
            Token::Sign(')') => break,
            _ => return None,
        }
    }
    (rest.next() == Some(&Token::Sign(')'))).then_some((column, values))
}

fn is_word(token: Option<&Token>, word: &str) -> bool {
    matches!(token, Some(Token::Word(found)) if found == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lists_are_read() {
        let sql = "CREATE TABLE t (status TEXT CHECK (status IN ('open','it''s')), -- CHECK (x IN ('no'))
            \"Kind\" TEXT, n INTEGER CHECK (n > 0), CHECK ([Kind] IN ( 'a' )), CHECK (\"Kind\" IN ('b') OR n = 1),
            CHECK (n IN (1, 2)), note TEXT DEFAULT 'CHECK (note IN (''x''))')";
        let list = |name: &str, values: &[&str]| (name.to_owned(), values.iter().map(|v| (*v).to_owned()).collect());
        assert_eq!(of_definition(sql), [list("status", &["open", "it's"]), list("Kind", &["a"])]);
    }

    #[test]
    fn both_spellings_of_mysql_are_read() {
        let list = [("status".to_owned(), vec!["open".to_owned(), "closed".to_owned()])];
        assert_eq!(of_clause("`status` in ('open','closed')"), list);
        assert_eq!(of_clause(r"(`status` in (_utf8mb4\'open\',_utf8mb4\'closed\'))"), list);
        assert_eq!(of_clause("`n` > 0 and `status` in ('open')"), []);
    }

    #[test]
    fn the_servers_spelling_is_read() {
        let read = |definition| of_constraint(definition).map(|values| values.join("|"));
        assert_eq!(read("CHECK ((status = ANY (ARRAY['open'::text, 'it''s'::text])))").as_deref(), Some("open|it's"));
        let varying =
            "CHECK (((\"Kind\")::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))";
        assert_eq!(read(varying).as_deref(), Some("a|b"));
        for other in [
            "CHECK ((quantity > 0))",
            "CHECK ((n = ANY (ARRAY[1, 2])))",
            "CHECK ((status <> ALL (ARRAY['open'::text])))",
            "CHECK (((status = 'a'::text) OR (kind = 'b'::text)))",
            "CHECK ((lower(status) = ANY (ARRAY['open'::text])))",
            "CHECK ((NOT (status = ANY (ARRAY['open'::text]))))",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
