use super::{Pool, Purpose, Row, Session, mysql, postgres, sqlite};
use crate::schema::Engine;
use crate::sql::Statement;

/// A pool as one caller may use it: where row security holds, every transaction begins with the caller's settings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connections<'a> {
    pool: &'a Pool,
    settings: Option<&'a str>,
}

impl<'a> Connections<'a> {
    pub(super) fn new(pool: &'a Pool, settings: Option<&'a str>) -> Self {
        Self { pool, settings }
    }

    pub(crate) fn engine(&self) -> Engine {
        self.pool.engine()
    }

    pub(crate) async fn session(&self, purpose: Purpose) -> sqlx::Result<Session> {
        Ok(match self.pool {
            Pool::Sqlite { pool, writer, statement_timeout, .. } => {
                Session::Sqlite(sqlite::Held::take(pool, writer.as_ref(), purpose, *statement_timeout).await?)
            }
            Pool::Postgres { pool, patience, read_only } => {
                Session::Postgres(postgres::Held::take(pool, purpose, *patience, self.settings, *read_only).await?)
            }
            Pool::MySql { pool, patience, read_only } => {
                Session::MySql(mysql::Held::take(pool, purpose, *patience, *read_only).await?)
            }
        })
    }

    /// Runs one statement on a connection of its own.
    pub(crate) async fn query(&self, statement: &Statement) -> sqlx::Result<Vec<Row>> {
        let mut session = self.session(Purpose::Read).await?;
        let answer = session.query(statement).await;
        session.finish().await?;
        answer
    }
}
