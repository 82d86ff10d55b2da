use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use super::pool::{NEXT_KEY_ID, placeholders};
use super::{Columns, Row};
use crate::StoreError;

/// One that alone writes.
pub(super) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// The same for both databases.
macro_rules! on {
    ($self:expr, $connection:ident => $work:expr) => {
        match $self {
            Transaction::Sqlite($connection) => {
                let $connection = &mut **$connection;
                $work
            }
            Transaction::Postgres($connection) => {
                let $connection = &mut **$connection;
                $work
            }
        }
    };
}

impl Transaction {
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    pub(super) async fn next_key_id(&mut self, last: &str) -> Result<Option<String>, StoreError> {
        Ok(on!(self, connection => sqlx::query_scalar(NEXT_KEY_ID).bind(last).fetch_one(connection).await?))
    }

    /// The first of these rows that is there.
    pub(super) async fn find(&mut self, row_keys: &[Vec<u8>]) -> Result<Option<Row>, StoreError> {
        let places = placeholders(row_keys.len());
        let sql = format!("SELECT row_key, key_id, label, secret FROM bellhop_credentials WHERE row_key IN ({places})");
        let found: Option<Columns> = on!(self, connection => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for row_key in row_keys {
                query = query.bind(row_key);
            }
            query.fetch_optional(connection).await?
        });
        Ok(found.map(Row::from))
    }

    pub(super) async fn insert(&mut self, row: &Row) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO bellhop_credentials (row_key, key_id, label, secret) VALUES ($1, $2, $3, $4)";
        on!(self, connection => {
            let query = sqlx::query(SQL).bind(&row.row_key).bind(&row.key_id).bind(&row.label).bind(&row.secret);
            query.execute(connection).await?;
        });
        Ok(())
    }

    pub(super) async fn delete(&mut self, row_keys: &[Vec<u8>]) -> Result<u64, StoreError> {
        let sql = format!("DELETE FROM bellhop_credentials WHERE row_key IN ({})", placeholders(row_keys.len()));
        Ok(on!(self, connection => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row_key in row_keys {
                query = query.bind(row_key);
            }
            query.execute(connection).await?.rows_affected()
        }))
    }

    pub(super) async fn delete_leased(&mut self, row_keys: &[Vec<u8>], lease_until_ms: i64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM bellhop_credentials WHERE row_key = $1 AND lease_until_ms = $2";
        for row_key in row_keys {
            on!(self, connection => sqlx::query(SQL).bind(row_key).bind(lease_until_ms).execute(connection).await.map(drop)?);
        }
        Ok(())
    }

    /// Puts `row` where the row `old` is, if its lease is `lease_until_ms`; any lease where that is `None`. A lease that
    /// was asked for is given back.
    pub(super) async fn replace(
        &mut self,
        old: &[u8],
        row: &Row,
        lease_until_ms: Option<i64>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE bellhop_credentials SET row_key = $1, key_id = $2, label = $3, secret = $4 \
                           WHERE row_key = $5";
        const LEASED: &str = "UPDATE bellhop_credentials SET row_key = $1, key_id = $2, label = $3, secret = $4, \
                              lease_until_ms = 0 WHERE row_key = $5 AND lease_until_ms = $6";
        Ok(on!(self, connection => {
            let sql = if lease_until_ms.is_some() { LEASED } else { SQL };
            let query = sqlx::query(sql).bind(&row.row_key).bind(&row.key_id).bind(&row.label).bind(&row.secret);
            let query = query.bind(old);
            let query = match lease_until_ms {
                Some(lease) => query.bind(lease),
                None => query,
            };
            query.execute(connection).await?.rows_affected() > 0
        }))
    }

    /// Up to `count` rows that are not sealed with this key.
    pub(super) async fn sealed_otherwise(&mut self, key_id: &str, count: i64) -> Result<Vec<Row>, StoreError> {
        const SQL: &str = "SELECT row_key, key_id, label, secret FROM bellhop_credentials WHERE key_id <> $1 LIMIT $2";
        let rows: Vec<Columns> =
            on!(self, connection => sqlx::query_as(SQL).bind(key_id).bind(count).fetch_all(connection).await?);
        Ok(rows.into_iter().map(Row::from).collect())
    }

    /// Up to `count` labels after this row, each with its row's key and the id of the key that it is sealed with.
    pub(super) async fn labels(
        &mut self,
        after: &[u8],
        count: i64,
    ) -> Result<Vec<(Vec<u8>, String, Vec<u8>)>, StoreError> {
        const SQL: &str = "SELECT row_key, key_id, label FROM bellhop_credentials WHERE row_key > $1 \
                           ORDER BY row_key LIMIT $2";
        Ok(on!(self, connection => sqlx::query_as(SQL).bind(after).bind(count).fetch_all(connection).await?))
    }
}
