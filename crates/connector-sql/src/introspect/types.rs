//! PostgreSQL's types by their object ids, for what is no column of a table.

use std::collections::BTreeMap;

use connector::{Error, Result};
use serde::Deserialize;

use super::pg_type;
use crate::pool::{Cell, Session};
use crate::schema::{Column, Kind};
use crate::sql::Statement;

const TYPES: &str = include_str!("postgres/types.sql");

#[derive(Deserialize)]
struct TypeRow {
    id: u32,
    /// The type at the bottom of domains.
    #[serde(rename = "type")]
    base: String,
    form: String,
    category: String,
    typmod: i32,
    element: Option<String>,
    element_category: Option<String>,
    cast: String,
    labels: Option<Vec<String>>,
}

/// Stand-ins for columns of these types, by the types' ids.
pub(crate) async fn columns(session: &mut Session, ids: &[u32]) -> Result<BTreeMap<u32, Column>> {
    let ids = serde_json::to_string(ids).map_err(Error::internal)?;
    let rows = session.query(&Statement::fixed(TYPES, &[&ids])).await.map_err(crate::error::introspecting)?;
    let json = rows.into_iter().filter_map(|row| row.into_iter().next().and_then(Cell::text));
    json.map(|text| {
        let row: TypeRow = serde_json::from_str(&text).map_err(Error::internal)?;
        Ok((row.id, row.column()))
    })
    .collect()
}

impl TypeRow {
    fn column(self) -> Column {
        let kind = match (&self.element, self.labels) {
            (Some(_), Some(labels)) => Kind::Array(Box::new(Kind::Enum(labels.into()))),
            (Some(element), None) => {
                let category = self.element_category.as_deref().unwrap_or_default();
                Kind::Array(Box::new(pg_type::kind(element, category, -1)))
            }
            (None, Some(labels)) if self.form == "e" => Kind::Enum(labels.into()),
            _ => pg_type::kind(&self.base, &self.category, self.typmod),
        };
        Column { kind, declared: self.cast.clone(), cast: self.cast, ..Column::default() }
    }
}
