//! From declared SQLite types to kinds.

use crate::schema::{Affinity, Kind};

/// SQLite's five rules, in their order.
pub(super) fn affinity(declared: &str) -> Affinity {
    let declared = declared.to_ascii_uppercase();
    let has = |part: &str| declared.contains(part);
    if has("INT") {
        Affinity::Integer
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if has("BLOB") || declared.trim().is_empty() {
        Affinity::Blob
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

/// What a declared type means to people, where SQLite itself only has an affinity.
pub(super) fn kind(declared: &str) -> Kind {
    let upper = declared.to_ascii_uppercase();
    let name = upper.split('(').next().unwrap_or_default().trim();
    match name {
        "BOOL" | "BOOLEAN" => return Kind::Bool,
        "UUID" | "GUID" | "UNIQUEIDENTIFIER" => return Kind::Uuid,
        "DATETIME" | "TIMESTAMP" | "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" | "DATETIME2" => return Kind::Timestamp,
        "DATE" => return Kind::Date,
        "TIME" => return Kind::Time,
        "JSON" | "JSONB" => return Kind::Json,
        "DECIMAL" | "NUMERIC" | "MONEY" | "NUMBER" | "DEC" => return Kind::Decimal { small: true },
        "STRING" => return Kind::Text,
        "" | "ANY" => return Kind::Other,
        _ => {}
    }
    match affinity(declared) {
        Affinity::Integer => Kind::Integer { bits: 64 },
        Affinity::Text => Kind::Text,
        Affinity::Blob => Kind::Bytes,
        Affinity::Real => Kind::Float,
        Affinity::Numeric => Kind::Other,
    }
}

/// The length in `VARCHAR(20)`.
pub(super) fn max_length(declared: &str) -> Option<u32> {
    let (name, rest) = declared.split_once('(')?;
    let text = affinity(name) == Affinity::Text;
    rest.split([')', ',']).next()?.trim().parse().ok().filter(|_| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_mean_what_people_mean() {
        assert_eq!(kind("BOOLEAN"), Kind::Bool);
        assert_eq!(kind("varchar(20)"), Kind::Text);
        assert_eq!(kind("UNSIGNED BIG INT"), Kind::Integer { bits: 64 });
        assert_eq!(kind("decimal(10,2)"), Kind::Decimal { small: true });
        assert_eq!(kind("double precision"), Kind::Float);
        assert_eq!((affinity("FLOATING POINT"), affinity("STRING")), (Affinity::Integer, Affinity::Numeric));
        assert_eq!((max_length("VARCHAR(20)"), max_length("DECIMAL(10,2)")), (Some(20), None));
    }
}
