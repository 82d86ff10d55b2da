//! From MySQL's types to kinds.

use crate::schema::{Assigned, Column, KeyDefault, Kind, MySqlType};

/// A row of `information_schema.COLUMNS`.
pub(super) struct ColumnRow {
    pub(super) name: String,
    /// `varchar`
    pub(super) data_type: String,
    /// `varchar(20)`
    pub(super) declared: String,
    pub(super) nullable: bool,
    pub(super) default: Option<String>,
    pub(super) extra: String,
    pub(super) comment: String,
    pub(super) length: Option<u32>,
    pub(super) precision: Option<u32>,
    pub(super) charset: Option<String>,
}

impl ColumnRow {
    pub(super) fn column(self, mariadb: bool) -> Column {
        let name = self.data_type.to_ascii_lowercase();
        let declared = self.declared.to_ascii_lowercase();
        let kind = self.kind(&name, &declared);
        let extra = self.extra.to_ascii_uppercase();
        // MariaDB spells the default null, MySQL has none then.
        let default = self.default.filter(|default| !(mariadb && default.eq_ignore_ascii_case("null")));
        let generated = ["VIRTUAL GENERATED", "STORED GENERATED", "PERSISTENT"].iter().any(|word| extra.contains(word));
        let computed = !mariadb && extra.contains("DEFAULT_GENERATED");
        Column {
            nullable: self.nullable,
            has_default: default.is_some(),
            assigned: match (generated, extra.contains("AUTO_INCREMENT")) {
                (true, _) => Assigned::Generated,
                (_, true) => Assigned::Counter,
                _ => Assigned::Caller,
            },
            comment: Some(self.comment).filter(|comment| !comment.is_empty()),
            max_length: self.length.filter(|_| matches!(name.as_str(), "char" | "varchar")),
            ordered: !matches!(kind, Kind::Json | Kind::Bytes | Kind::Array(_)) && !is_geometry(&name),
            mysql: MySqlType {
                length: match name.as_str() {
                    "bit" => self.precision,
                    _ => self.length,
                },
                unsigned: declared.contains(" unsigned") || name == "year",
                zerofill: declared.contains(" zerofill"),
                unicode: self.charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf8mb4")),
                key_default: default.map_or(KeyDefault::None, |default| key_default(&default, mariadb, computed)),
                name,
            },
            name: self.name,
            declared: self.declared,
            kind,
            ..Column::default()
        }
    }

    fn kind(&self, name: &str, declared: &str) -> Kind {
        match name {
            // What BOOL and BOOLEAN stand for.
            "tinyint" if declared == "tinyint(1)" => Kind::Bool,
            "bit" if self.precision == Some(1) => Kind::Bool,
            "tinyint" => Kind::Integer { bits: 8 },
            "smallint" | "year" => Kind::Integer { bits: 16 },
            "mediumint" => Kind::Integer { bits: 24 },
            "int" | "integer" => Kind::Integer { bits: 32 },
            "bigint" => Kind::Integer { bits: 64 },
            "decimal" | "numeric" => Kind::Decimal { small: self.precision.is_some_and(|digits| digits <= 15) },
            "float" | "double" => Kind::Float,
            "date" => Kind::Date,
            "datetime" => Kind::Timestamp,
            "timestamp" => Kind::TimestampTz,
            "time" => Kind::Time,
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Kind::Text,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Kind::Bytes,
            "json" => Kind::Json,
            "uuid" => Kind::Uuid,
            "enum" => Kind::Enum(members(&self.declared).into()),
            "set" => Kind::Array(Box::new(Kind::Enum(members(&self.declared).into()))),
            _ => Kind::Other,
        }
    }
}

/// <https://dev.mysql.com/doc/refman/8.0/en/spatial-type-overview.html>
pub(crate) fn is_geometry(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
        "geomcollection",
    ];
    NAMES.contains(&name)
}

fn key_default(default: &str, mariadb: bool, computed: bool) -> KeyDefault {
    let plain: String = default.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    match plain.trim_matches(['(', ')']) {
        "uuid" => KeyDefault::Uuid,
        "uuid_to_bin(uuid" => KeyDefault::UuidBytes,
        _ if computed => KeyDefault::None,
        // MySQL prints texts bare, MariaDB as SQL strings, and whatever is computed bare.
        _ if !mariadb => KeyDefault::Constant(default.to_owned()),
        _ if default.starts_with('\'') => {
            members(&format!("({default})")).pop().map_or(KeyDefault::None, KeyDefault::Constant)
        }
        number if number.parse::<f64>().is_ok() => KeyDefault::Constant(default.to_owned()),
        _ => KeyDefault::None,
    }
}

/// The values in `enum('a','it''s')`.
fn members(declared: &str) -> Vec<String> {
    let Some((_, list)) = declared.split_once('(') else { return Vec::new() };
    let mut members = Vec::new();
    let mut member: Option<String> = None;
    let mut rest = list.chars().peekable();
    while let Some(c) = rest.next() {
        match (&mut member, c) {
            (None, '\'') => member = Some(String::new()),
            (None, _) => {}
            (Some(text), '\'') if rest.next_if_eq(&'\'').is_some() => text.push('\''),
            (Some(_), '\'') => members.extend(member.take()),
            (Some(text), '\\') => text.extend(rest.next().map(|c| match c {
                '0' => '\0',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'Z' => '\u{1a}',
                other => other,
            })),
            (Some(text), c) => text.push(c),
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_as_they_are() {
        assert_eq!(members(r"enum('a','it''s','c\\d','','x,y',')')"), ["a", "it's", r"c\d", "", "x,y", ")"]);
    }

    #[test]
    fn defaults_that_make_keys_are_known() {
        assert_eq!(key_default("uuid()", true, false), KeyDefault::Uuid);
        assert_eq!(key_default("(uuid())", false, true), KeyDefault::Uuid);
        assert_eq!(key_default("(uuid_to_bin(uuid()))", false, true), KeyDefault::UuidBytes);
        assert_eq!(key_default("'o''pen'", true, false), KeyDefault::Constant("o'pen".into()));
        assert_eq!(key_default("open", false, false), KeyDefault::Constant("open".into()));
        assert_eq!(key_default("current_timestamp()", true, false), KeyDefault::None);
        assert_eq!(key_default("(now() + interval 1 day)", false, true), KeyDefault::None);
    }
}
