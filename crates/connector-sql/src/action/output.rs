//! How answers of declared statements are written and described.

use sea_query::{Alias, Query};
use serde_json::{Map, Value, json};

use crate::catalog;
use crate::schema::{Column, Engine, Kind};
use crate::sql::{Build, show};

/// The name of the operator's statement within ours. It hides no table from it: a statement does not see itself.
const GIVEN: &str = "given";

/// PostgreSQL: the statement around the operator's that has the server write each row's JSON.
pub(super) fn rows(sql: &str, columns: &[(String, Column)], rows_max: u32) -> String {
    let mut whole = "row".to_owned();
    while columns.iter().any(|(name, _)| *name == whole) {
        whole.push('_');
    }
    let mut inner = Query::select();
    for (name, column) in columns {
        let column = Column { name: name.clone(), ..column.clone() };
        inner.expr_as(show::value(Engine::Postgres, &column, Some(GIVEN)), Alias::new(name));
    }
    let inner = inner.from(Alias::new(GIVEN)).statement(Engine::Postgres).sql;
    let limit = u64::from(rows_max) + 1;
    format!(
        "WITH \"{GIVEN}\" AS (\n{sql}\n) SELECT row_to_json(\"{whole}\")::text FROM ({inner} LIMIT {limit}) AS \"{whole}\""
    )
}

/// PostgreSQL: the same for a statement that gives one value.
pub(super) fn value(sql: &str, name: &str, column: &Column) -> String {
    let column = Column { name: name.to_owned(), ..column.clone() };
    let shown = show::json(Engine::Postgres, show::value(Engine::Postgres, &column, Some(GIVEN)));
    let inner = Query::select().expr(shown).from(Alias::new(GIVEN)).statement(Engine::Postgres).sql;
    format!("WITH \"{GIVEN}\" AS (\n{sql}\n) {inner} LIMIT 1")
}

/// JSON Schema of a row.
pub(super) fn row_schema(columns: &[(String, Column)]) -> Value {
    let properties: Map<String, Value> =
        columns.iter().map(|(name, column)| (name.clone(), value_schema(column))).collect();
    json!({"type": "object", "properties": properties})
}

/// JSON Schema of a value as answers have it; see the crate's documentation.
pub(super) fn value_schema(column: &Column) -> Value {
    match &column.kind {
        Kind::Integer { bits: 16 | 32 } => json!({"type": ["integer", "null"]}),
        // Beyond what every JSON reader keeps exactly it is a string.
        Kind::Integer { .. } => json!({"type": ["integer", "string", "null"]}),
        Kind::Decimal { .. } | Kind::Float => json!({"type": ["number", "string", "null"]}),
        Kind::Bool => json!({"type": ["boolean", "null"]}),
        Kind::Json | Kind::Other => json!({}),
        Kind::Array(_) => json!({"type": ["array", "null"]}),
        _ => json!({"type": ["string", "null"]}),
    }
}

/// JSON Schema of an argument that the database describes.
pub(super) fn argument_schema(column: &Column) -> Value {
    catalog::schema(&column.kind, column, Engine::Postgres)
}
