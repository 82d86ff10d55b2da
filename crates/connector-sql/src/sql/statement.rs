use sea_query::{
    DeleteStatement, InsertStatement, MysqlQueryBuilder, PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder,
    UpdateStatement, Value, Values,
};

use crate::schema::Engine;

/// SQL text and the values bound to it.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Statement {
    /// Fixed text, with text parameters only. Nothing that comes from a caller or a catalog is ever in the text.
    pub(crate) fn fixed(sql: &'static str, parameters: &[&str]) -> Self {
        Self { sql: sql.to_owned(), values: parameters.iter().map(|text| Value::from((*text).to_owned())).collect() }
    }

    fn of((sql, Values(values)): (String, Values)) -> Self {
        Self { sql, values }
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
                Statement::of(match engine {
                    Engine::Sqlite => self.build(SqliteQueryBuilder),
                    Engine::Postgres => self.build(PostgresQueryBuilder),
                    Engine::MySql => self.build(MysqlQueryBuilder),
                })
            }
        }
    )*};
}

build!(SelectStatement, InsertStatement, UpdateStatement, DeleteStatement);
