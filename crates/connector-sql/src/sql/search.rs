//! Searching texts by the engine's own means.

use connector::{Comparison, Error, ErrorKind, Result};
use sea_query::{Alias, BinOper, Expr, ExprTrait, Func, Query};
use serde_json::{Map, Value};

use super::{always, cast, column, filter, never};
use crate::catalog::{Offered, SEARCH_CHARS_MAX};
use crate::schema::{Engine, Search};

/// How many words are looked for where each is looked for by itself.
const WORDS_MAX: usize = 16;

/// The shortest word, and words, that InnoDB keeps in its indexes:
/// <https://dev.mysql.com/doc/refman/8.4/en/fulltext-stopwords.html>.
const INDEXED_CHARS_MIN: usize = 3;
const STOPPED: [&str; 18] = [
    "about", "are", "com", "for", "from", "how", "that", "the", "this", "und", "was", "what", "when", "where", "who",
    "will", "with", "www",
];

/// How many characters of a row's texts PostgreSQL reads where it has no index of them: what it makes of them may be one
/// megabyte at most.
const READ_CHARS_MAX: usize = 200_000;

/// Holds for the rows of the table called `alias` in which the words of the `search` argument are; nothing without one.
pub(crate) fn matching(offered: &Offered<'_>, alias: &str, options: &Map<String, Value>) -> Result<Option<Expr>> {
    let Some(asked) = options.get("search").filter(|asked| !asked.is_null()) else { return Ok(None) };
    let text = asked.as_str().ok_or_else(|| Error::invalid("`search` must be a text."))?;
    if text.chars().count() > SEARCH_CHARS_MAX {
        return Err(Error::invalid(format!("`search` is longer than {SEARCH_CHARS_MAX} characters.")));
    }
    // No engine keeps it in a word, and PostgreSQL's texts have none.
    let text = text.replace('\0', " ");
    let words: Vec<&str> = text.split_whitespace().take(WORDS_MAX).collect();
    if words.is_empty() {
        return Err(Error::invalid("`search` needs at least one word."));
    }
    let search = offered.offer.search.as_ref().ok_or_else(|| {
        let message = format!("{} has no texts to search.", offered.collection.name);
        Error::new(ErrorKind::Unsupported, message)
    })?;
    Ok(Some(match search {
        Search::Column { column: at, language } => {
            found(column(Some(alias), &offered.column(*at).name), language.as_deref(), &text)
        }
        // The server's own print of the expression, so that it uses the index; its columns are those of `alias`, the
        // only table here.
        Search::Expression { expression, language, .. } => {
            found(Expr::cust(expression.clone()), language.as_deref(), &text)
        }
        Search::Table { name, rowid, .. } => fts5(alias, name, rowid, &words),
        Search::Index(columns) => indexed(offered, alias, columns, &words)?,
        Search::Texts(columns) => match offered.snapshot.engine() {
            Engine::Postgres => found(vector(offered, alias, columns), Some("simple"), &text),
            Engine::Sqlite | Engine::MySql => each(offered, alias, columns, &words)?,
        },
    }))
}

/// <https://www.postgresql.org/docs/current/textsearch-controls.html#TEXTSEARCH-PARSING-QUERIES>: of all readers of
/// queries the one that never fails.
fn found(vector: Expr, language: Option<&str>, text: &str) -> Expr {
    let query = Func::cust("websearch_to_tsquery");
    let query = match language {
        Some(language) => query.arg(cast(Expr::val(language), "regconfig")),
        None => query,
    };
    vector.binary(BinOper::Custom("@@"), Expr::from(query.arg(cast(Expr::val(text), "text"))))
}

fn vector(offered: &Offered<'_>, alias: &str, columns: &[usize]) -> Expr {
    let each_max = READ_CHARS_MAX / columns.len().max(1);
    let text = |at: &usize| {
        let held = cast(column(Some(alias), &offered.column(*at).name), "text");
        let start = Func::cust("left").arg(held).arg(Expr::cust(each_max.to_string()));
        Expr::from(Func::coalesce([start.into(), Expr::cust("''")]))
    };
    let joined = columns.iter().map(text).reduce(|all, one| all.binary(BinOper::Custom("|| ' ' ||"), one));
    let language = cast(Expr::cust("'simple'"), "regconfig");
    Func::cust("to_tsvector").arg(language).arg(joined.unwrap_or_else(|| Expr::cust("''"))).into()
}

/// <https://sqlite.org/fts5.html#fts5_strings>: in quotes nothing is special but a quote.
fn fts5(alias: &str, name: &str, rowid: &str, words: &[&str]) -> Expr {
    let query: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    let mut select = Query::select();
    select
        .column(Alias::new("rowid"))
        .from(Alias::new(name))
        .and_where(Expr::col(Alias::new(name)).binary(BinOper::Custom("MATCH"), Expr::val(query.join(" "))));
    column(Some(alias), rowid).in_subquery(select)
}

/// Every word by a FULLTEXT index, in natural language, in which nothing is special:
/// <https://dev.mysql.com/doc/refman/8.4/en/fulltext-natural-language.html>. What such an index leaves out, short words
/// and those that are everywhere, is not looked for.
fn indexed(offered: &Offered<'_>, alias: &str, columns: &[usize], words: &[&str]) -> Result<Expr> {
    let kept = |word: &&&str| {
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
        letters >= INDEXED_CHARS_MIN && !STOPPED.contains(&word.to_lowercase().as_str())
    };
    let one = |word: &&str| {
        let held: Vec<Expr> =
            columns.iter().map(|at| column(Some(alias), &offered.column(*at).name)).chain([Expr::val(*word)]).collect();
        let places = vec!["?"; columns.len()].join(", ");
        Expr::cust_with_exprs(format!("MATCH ({places}) AGAINST (? IN NATURAL LANGUAGE MODE) > 0"), held)
    };
    match words.iter().filter(kept).map(one).reduce(Expr::and) {
        Some(all) => Ok(all),
        None => each(offered, alias, columns, words),
    }
}

/// Every word in one of the columns.
fn each(offered: &Offered<'_>, alias: &str, columns: &[usize], words: &[&str]) -> Result<Expr> {
    let engine = offered.snapshot.engine();
    words.iter().try_fold(always(), |all, word| {
        let any = columns.iter().try_fold(never(), |any, at| {
            let described = offered.column(*at);
            let contains = Comparison::Contains((*word).to_owned());
            Ok::<_, Error>(any.or(filter::compare(engine, described, column(Some(alias), &described.name), &contains)?))
        })?;
        Ok(all.and(any))
    })
}
