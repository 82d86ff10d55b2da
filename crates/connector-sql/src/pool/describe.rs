//! What a statement takes and gives, without running it.

use sqlx::postgres::PgTypeInfo;
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Either, Executor, SqlSafeStr, Statement as _, TypeInfo};

use super::Session;

/// A statement that the database has read.
#[derive(Debug, Default)]
pub(crate) struct Described {
    /// PostgreSQL: the object ids of its parameters' types.
    pub(crate) parameters: Vec<u32>,
    pub(crate) columns: Vec<Answered>,
}

/// One column of its answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) name: String,
    /// PostgreSQL: the object id of its type.
    pub(crate) type_id: u32,
    /// SQLite: whether the column that it comes from is declared as a truth value.
    pub(crate) truth: bool,
}

impl Session {
    /// Lets the database read a statement. The driver remembers statements with the types they were first prepared
    /// with, so what it remembers is forgotten before, because the database may have changed, and after, because values
    /// are bound as text.
    pub(crate) async fn describe(&mut self, sql: &str) -> sqlx::Result<Described> {
        let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
        match self {
            Self::Sqlite(held) => {
                let connection = held.connection()?;
                connection.clear_cached_statements().await?;
                // Preparing alone does not make SQLite look whether the schema has changed; running something does.
                connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").await?;
                let statement = connection.prepare(sql).await?;
                connection.clear_cached_statements().await?;
                let columns = statement.columns().iter().map(|column| Answered {
                    name: column.name().to_owned(),
                    type_id: 0,
                    truth: column.type_info().name() == "BOOLEAN",
                });
                Ok(Described { parameters: Vec::new(), columns: columns.collect() })
            }
            // Declared statements are refused before: there is no way yet to read what they answer.
            Self::MySql(_) => Err(sqlx::Error::Configuration("declared statements are not possible on MySQL".into())),
            Self::Postgres(held) => {
                held.busy(async |connection| {
                    connection.clear_cached_statements().await?;
                    let statement = connection.prepare(sql).await?;
                    connection.clear_cached_statements().await?;
                    let id = |kind: &PgTypeInfo| kind.oid().map_or(0, |oid| oid.0);
                    let parameters = match statement.parameters() {
                        Some(Either::Left(kinds)) => kinds.iter().map(id).collect(),
                        _ => Vec::new(),
                    };
                    let columns = statement.columns().iter().map(|column| Answered {
                        name: column.name().to_owned(),
                        type_id: id(column.type_info()),
                        truth: false,
                    });
                    Ok(Described { parameters, columns: columns.collect() })
                })
                .await
            }
        }
    }
}
