//! What the database has for searching texts.

use std::collections::BTreeMap;

use connector::{Error, Result};
use serde::Deserialize;

use super::texts;
use crate::pool::{Cell, Session};
use crate::schema::{Engine, Search, Table};
use crate::sql::Statement;

const POSTGRES: &str = include_str!("postgres/search.sql");
const MYSQL: &str = include_str!("mysql/search.sql");

/// <https://sqlite.org/fts5.html#external_content_tables>
const SQLITE: &str =
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name";

/// By table, the best first.
pub(super) async fn find(
    session: &mut Session,
    engine: Engine,
    tables: &[Table],
) -> Result<BTreeMap<usize, Vec<Search>>> {
    let mut found: BTreeMap<usize, Vec<Search>> = BTreeMap::new();
    match engine {
        Engine::Sqlite => {
            for mut row in texts(session, &Statement::fixed(SQLITE, &[])).await? {
                let (Some(name), Some(sql)) = (row.next(), row.next()) else { continue };
                if let Some((at, search)) = fts5(tables, name, &sql) {
                    found.entry(at).or_default().push(search);
                }
            }
        }
        Engine::MySql => {
            let mut indexes: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
            for mut row in texts(session, &Statement::fixed(MYSQL, &[])).await? {
                let (schema, name, index, column) = (row.next(), row.next(), row.next(), row.next());
                let same = |table: &Table| table.schema == schema && Some(&table.name) == name.as_ref();
                let Some(at) = tables.iter().position(same) else { continue };
                // One that is not a column of the table keeps the whole index from being used.
                let column = column.and_then(|column| tables[at].column(&column)).unwrap_or(usize::MAX);
                indexes.entry((at, index.unwrap_or_default())).or_default().push(column);
            }
            for ((at, _), columns) in indexes {
                found.entry(at).or_default().push(Search::Index(columns));
            }
        }
        Engine::Postgres => {
            let rows = session.query(&Statement::fixed(POSTGRES, &[])).await.map_err(crate::error::introspecting)?;
            for text in rows.into_iter().filter_map(|row| row.into_iter().next().and_then(Cell::text)) {
                let row: PostgresRow = serde_json::from_str(&text).map_err(Error::internal)?;
                let same = |table: &Table| table.schema.as_ref() == Some(&row.schema) && table.name == row.name;
                if let Some(at) = tables.iter().position(same)
                    && let Some(search) = row.search(&tables[at])
                {
                    found.entry(at).or_default().push(search);
                }
            }
        }
    }
    Ok(found)
}

#[derive(Deserialize)]
struct PostgresRow {
    schema: String,
    name: String,
    expression: Option<String>,
    made_by: Option<String>,
    columns: Vec<String>,
}

impl PostgresRow {
    fn search(self, table: &Table) -> Option<Search> {
        let columns = self.columns.iter().map(|name| table.column(name)).collect::<Option<Vec<_>>>()?;
        let language = self.made_by.as_deref().and_then(language);
        match self.expression {
            Some(expression) if !columns.is_empty() => Some(Search::Expression { expression, columns, language }),
            Some(_) => None,
            None => Some(Search::Column { column: *columns.first()?, language }),
        }
    }
}

/// The first argument of `to_tsvector('english'::regconfig, …)`, as the server prints it.
fn language(expression: &str) -> Option<String> {
    let (_, rest) = expression.split_once("to_tsvector(")?;
    let (language, _) = rest.split_once("::regconfig,")?;
    let quoted = language.strip_prefix('\'')?.strip_suffix('\'')?;
    quoted.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"')).then(|| quoted.to_owned())
}

/// Reads `CREATE VIRTUAL TABLE notes_fts USING fts5(title, body, content='notes', content_rowid='id')`.
fn fts5(tables: &[Table], name: String, sql: &str) -> Option<(usize, Search)> {
    let lower = sql.to_ascii_lowercase();
    let start = lower.find("using fts5")?;
    let arguments = sql[start..].split_once('(')?.1.rsplit_once(')')?.0;
    let (mut columns, mut content, mut rowid) = (Vec::new(), None, "rowid".to_owned());
    for argument in split(arguments) {
        match argument.split_once('=') {
            Some((key, value)) => match key.trim().to_ascii_lowercase().as_str() {
                "content" => content = Some(unquoted(value)),
                "content_rowid" => rowid = unquoted(value),
                _ => {}
            },
            None if argument.to_ascii_uppercase().ends_with("UNINDEXED") => {}
            None => columns.push(unquoted(argument)),
        }
    }
    let content = content.filter(|content| !content.is_empty())?;
    let at = tables.iter().position(|table| table.name.eq_ignore_ascii_case(&content))?;
    let column = |name: &String| tables[at].columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
    let columns = columns.iter().map(column).collect::<Option<Vec<_>>>().filter(|columns| !columns.is_empty())?;
    Some((at, Search::Table { name, rowid, columns }))
}

/// Parts between commas that stand in no quotes.
fn split(arguments: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quote) = (Vec::new(), 0, None);
    for (at, c) in arguments.char_indices() {
        match (quote, c) {
            (None, '\'' | '"' | '`') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, ',') => {
                parts.push(arguments[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(arguments[from..].trim());
    parts
}

fn unquoted(name: &str) -> String {
    let name = name.trim();
    for (open, close) in [('\'', '\''), ('"', '"'), ('`', '`'), ('[', ']')] {
        if let Some(inner) = name.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            return inner.replace(&format!("{close}{close}"), &close.to_string());
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_read_from_what_the_server_prints() {
        assert_eq!(language("to_tsvector('english'::regconfig, body)").as_deref(), Some("english"));
        assert_eq!(
            language("setweight(to_tsvector('pg_catalog.simple'::regconfig, a), 'A')").as_deref(),
            Some("pg_catalog.simple")
        );
        for other in ["to_tsvector(lang, body)", "to_tsvector('a'' OR 1'::regconfig, body)", "f(body)"] {
            assert_eq!(language(other), None, "{other}");
        }
    }

    #[test]
    fn arguments_of_a_virtual_table_are_split_outside_quotes() {
        assert_eq!(
            split("a, \"b,c\", tokenize='x, y', d UNINDEXED"),
            ["a", "\"b,c\"", "tokenize='x, y'", "d UNINDEXED"]
        );
        assert_eq!((unquoted("'it''s'"), unquoted(" [a b] ")), ("it's".to_owned(), "a b".to_owned()));
    }
}
