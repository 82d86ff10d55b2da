use std::fmt;

use sea_query::{
    DeleteStatement, InsertStatement, MysqlQueryBuilder, PostgresQueryBuilder, QueryBuilder, SelectStatement,
    SqlWriter, SqliteQueryBuilder, UpdateStatement, Value, Values,
};

use super::literal::literal;
use crate::schema::Engine;

/// SQL text and the values bound to it.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
    /// Where in the text each value goes, where the text was built here: before this byte, after which its name is.
    places: Option<Vec<(usize, usize)>>,
}

impl Statement {
    /// Fixed text, with text parameters only. Nothing that comes from a caller or a catalog is ever in the text.
    pub(crate) fn fixed(sql: &'static str, parameters: &[&str]) -> Self {
        let values = parameters.iter().map(|text| Value::from((*text).to_owned())).collect();
        Self::bound(sql.to_owned(), values)
    }

    /// Text that names its parameters itself.
    pub(crate) fn bound(sql: String, values: Vec<Value>) -> Self {
        Self { sql, values, places: None }
    }

    /// The text with each value in its place, in a form that no value can break out of. `None` where the places are
    /// not known for sure, or a value cannot be written.
    pub(crate) fn literal(&self) -> Option<String> {
        let places = self.places.as_ref().filter(|places| places.len() == self.values.len())?;
        let mut text = String::with_capacity(self.sql.len() * 2);
        let mut from = 0;
        for ((start, end), value) in places.iter().zip(&self.values) {
            text.push_str(self.sql.get(from..*start)?);
            text.push_str(&literal(value)?);
            from = *end;
        }
        text.push_str(self.sql.get(from..)?);
        Some(text)
    }
}

/// Collects PostgreSQL's text, and where in it the values go.
#[derive(Debug, Default)]
struct Placed {
    sql: String,
    values: Vec<Value>,
    places: Vec<(usize, usize)>,
}

impl fmt::Write for Placed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.sql.write_str(text)
    }
}

impl fmt::Display for Placed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sql)
    }
}

impl SqlWriter for Placed {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        let start = self.sql.len();
        self.values.push(value);
        self.sql.push_str(&format!("${}", self.values.len()));
        self.places.push((start, self.sql.len()));
    }

    fn as_writer(&mut self) -> &mut dyn fmt::Write {
        self
    }
}

/// Turns a built statement into the engine's SQL.
pub(crate) trait Build {
    fn statement(&self, engine: Engine) -> Statement;
}

macro_rules! build {
    ($($kind:ty),*) => {$(
        impl Build for $kind {
            fn statement(&self, engine: Engine) -> Statement {
                let plain = |(sql, Values(values))| Statement::bound(sql, values);
                match engine {
                    Engine::Sqlite => plain(self.build(SqliteQueryBuilder)),
                    Engine::MySql => plain(self.build(MysqlQueryBuilder)),
                    Engine::Postgres => {
                        let mut placed = Placed::default();
                        self.build_collect_into(PostgresQueryBuilder, &mut placed);
                        let Placed { sql, values, places } = placed;
                        Statement { sql, values, places: Some(places) }
                    }
                }
            }
        }
    )*};
}

build!(SelectStatement, InsertStatement, UpdateStatement, DeleteStatement);

#[cfg(test)]
mod tests {
    use sea_query::{Alias, Expr, ExprTrait, Query};

    use super::*;

    #[test]
    fn a_value_goes_where_it_is_bound_and_nowhere_else() {
        let select = Query::select()
            .expr(Expr::col(Alias::new("a$1\"?")))
            .expr(Expr::val("$2"))
            .from(Alias::new("t $1"))
            .and_where(Expr::col(Alias::new("b")).eq("'; --"))
            .limit(3)
            .take();
        let statement = select.statement(Engine::Postgres);
        let text = |digits: &str| format!("pg_catalog.convert_from(pg_catalog.decode('{digits}', 'hex'), 'UTF8')");
        assert_eq!(
            statement.literal().unwrap(),
            format!(
                "SELECT \"a$1\"\"?\", {} FROM \"t $1\" WHERE \"b\" = {} LIMIT (3)::pg_catalog.int8",
                text("2432"),
                text("273b202d2d")
            )
        );
        assert_eq!(statement.sql, select.build(PostgresQueryBuilder).0);
        assert_eq!(Statement::fixed("SELECT $1", &["x"]).literal(), None);
    }
}
