use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, TypeInfo, ValueRef};

/// One value of an answer. PostgreSQL and MySQL are asked for text only.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    /// Text of SQLite, which does not check, that is not UTF-8.
    Broken(Vec<u8>),
    Blob(Vec<u8>),
}

pub(crate) type Row = Vec<Cell>;

impl Cell {
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Integer(number) => Some(number.to_string()),
            Self::Broken(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Self::Null | Self::Real(_) | Self::Blob(_) => None,
        }
    }

    pub(crate) fn count(&self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(*number).ok(),
            Self::Text(text) => text.parse().ok(),
            Self::Null | Self::Real(_) | Self::Broken(_) | Self::Blob(_) => None,
        }
    }
}

pub(super) fn of_sqlite(row: &SqliteRow) -> sqlx::Result<Row> {
    (0..row.len())
        .map(|at| {
            let kind = row.try_get_raw(at)?;
            Ok(match (kind.is_null(), kind.type_info().name()) {
                (true, _) => Cell::Null,
                (_, "INTEGER") => Cell::Integer(row.try_get_unchecked(at)?),
                (_, "REAL") => Cell::Real(row.try_get_unchecked(at)?),
                (_, "BLOB") => Cell::Blob(row.try_get_unchecked(at)?),
                _ => match String::from_utf8(row.try_get_unchecked(at)?) {
                    Ok(text) => Cell::Text(text),
                    Err(error) => Cell::Broken(error.into_bytes()),
                },
            })
        })
        .collect()
}

pub(super) fn of_postgres(row: &PgRow) -> sqlx::Result<Row> {
    (0..row.len())
        .map(|at| Ok(row.try_get_unchecked::<Option<String>, _>(at)?.map_or(Cell::Null, Cell::Text)))
        .collect()
}

pub(super) fn of_mysql(row: &MySqlRow) -> sqlx::Result<Row> {
    (0..row.len())
        .map(|at| Ok(row.try_get_unchecked::<Option<String>, _>(at)?.map_or(Cell::Null, Cell::Text)))
        .collect()
}
