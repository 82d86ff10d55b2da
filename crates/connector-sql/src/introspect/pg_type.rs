//! From PostgreSQL's types to kinds.

use serde::Deserialize;

use super::{bounds, choices};
use crate::schema::{Assigned, Column, Kind};

#[derive(Deserialize)]
pub(super) struct ColumnRow {
    pub(super) table: u32,
    pub(super) number: i16,
    name: String,
    nullable: bool,
    has_default: bool,
    generated: bool,
    counted: bool,
    comment: Option<String>,
    /// The type at the bottom of domains.
    #[serde(rename = "type")]
    base: String,
    form: String,
    category: String,
    element: Option<String>,
    element_category: Option<String>,
    typmod: i32,
    cast: String,
    declared: String,
    labels: Option<Vec<String>>,
    deterministic: bool,
    /// Check constraints of the domains that it is made of.
    checks: Option<Vec<String>>,
    ordered: bool,
}

impl ColumnRow {
    pub(super) fn column(self) -> Column {
        let kind = self.kind();
        let text = self.base == "varchar" || self.base == "text";
        let checks = self.checks.clone().unwrap_or_default();
        let mut column = Column {
            max_length: match self.base.as_str() {
                "varchar" | "bpchar" => u32::try_from(self.typmod - 4).ok().filter(|_| self.typmod > 4),
                _ => None,
            },
            ordered: self.ordered || matches!(kind, Kind::Text | Kind::Enum(_)),
            exact: text && self.deterministic,
            choices: checks.iter().find_map(|check| choices::of_constraint(check)).unwrap_or_default(),
            kind,
            name: self.name,
            cast: self.cast,
            declared: self.declared,
            nullable: self.nullable,
            has_default: self.has_default,
            assigned: match (self.generated, self.counted) {
                (true, _) => Assigned::Generated,
                (_, true) => Assigned::Counter,
                _ => Assigned::Caller,
            },
            comment: self.comment,
            ..Column::default()
        };
        // https://www.postgresql.org/docs/current/sql-createdomain.html: a domain's check calls its value VALUE.
        for found in checks.iter().flat_map(|check| bounds::of_constraint(check)).filter(|found| found.is_of("value")) {
            found.narrow(&mut column);
        }
        column
    }

    fn kind(&self) -> Kind {
        match (&self.element, &self.labels) {
            (Some(_), Some(labels)) => Kind::Array(Box::new(Kind::Enum(labels.clone().into()))),
            (Some(element), None) => {
                Kind::Array(Box::new(kind(element, self.element_category.as_deref().unwrap_or_default(), -1)))
            }
            (None, Some(labels)) if self.form == "e" => Kind::Enum(labels.clone().into()),
            _ => kind(&self.base, &self.category, self.typmod),
        }
    }
}

pub(super) fn kind(name: &str, category: &str, typmod: i32) -> Kind {
    match name {
        "int2" => Kind::Integer { bits: 16 },
        "int4" => Kind::Integer { bits: 32 },
        "int8" => Kind::Integer { bits: 64 },
        // https://www.postgresql.org/docs/current/datatype-numeric.html: precision is in the upper half.
        "numeric" => Kind::Decimal { small: typmod > 4 && ((typmod - 4) >> 16) & 0xffff <= 15 },
        "float4" | "float8" => Kind::Float,
        "bool" => Kind::Bool,
        "uuid" => Kind::Uuid,
        "timestamp" => Kind::Timestamp,
        "timestamptz" => Kind::TimestampTz,
        "date" => Kind::Date,
        "time" | "timetz" => Kind::Time,
        "json" | "jsonb" => Kind::Json,
        "bytea" => Kind::Bytes,
        _ if category == "S" => Kind::Text,
        _ => Kind::Other,
    }
}
