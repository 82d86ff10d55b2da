//! What a database says of itself, in words that all engines share.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
    /// MySQL and MariaDB.
    MySql,
}

#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) engine: Engine,
    /// Whether a MySQL server is a MariaDB one; they differ in a few words.
    pub(crate) mariadb: bool,
    pub(crate) tables: Vec<Table>,
    /// What the database has for searching texts, by table.
    pub(crate) searches: BTreeMap<usize, Vec<Search>>,
}

/// By what texts are searched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Search {
    /// PostgreSQL: a column of searchable text, made in this language.
    Column { column: usize, language: Option<String> },
    /// PostgreSQL: searchable text made of these columns, as the server prints it, on which there is an index.
    Expression { expression: String, columns: Vec<usize>, language: Option<String> },
    /// SQLite: an FTS5 table with the texts of these columns, and the column that its rows are named by.
    Table { name: String, rowid: String, columns: Vec<usize> },
    /// MySQL: a FULLTEXT index on these columns.
    Index(Vec<usize>),
    /// The columns themselves.
    Texts(Vec<usize>),
}

impl Schema {
    pub(crate) fn find(&self, label: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.label == label)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// PostgreSQL's schema, MySQL's database.
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    /// What the collection is called: the name, or `schema.name` where two schemas have the same name.
    pub(crate) label: String,
    pub(crate) form: Form,
    pub(crate) comment: Option<String>,
    pub(crate) columns: Vec<Column>,
    /// The primary key's columns, in its order.
    pub(crate) key: Vec<usize>,
    /// Keys that single out a row, the primary key included.
    pub(crate) unique: Vec<Constraint>,
    pub(crate) checks: Vec<Constraint>,
    pub(crate) foreign: Vec<ForeignKey>,
    pub(crate) grants: Grants,
    /// Whether row security holds for whoever asks.
    pub(crate) secured: Secured,
    /// MySQL: the storage engine, where it cannot undo a write that failed half way.
    pub(crate) no_transactions: Option<String>,
    /// Whether deleting a row would delete or change rows of a table that cannot be seen.
    pub(crate) cascades_unseen: bool,
    /// Columns that foreign keys of such tables refer to.
    pub(crate) referred_unseen: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Table,
    View,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Secured {
    #[default]
    No,
    /// It is enabled, but does not hold for the table's owner.
    NotForOwner,
    Yes,
}

/// What the database's own user may do with a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grants {
    pub(crate) select: bool,
    pub(crate) insert: bool,
    pub(crate) update: bool,
    pub(crate) delete: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Constraint {
    pub(crate) name: String,
    pub(crate) columns: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    pub(crate) columns: Vec<usize>,
    pub(crate) table: usize,
    pub(crate) targets: Vec<usize>,
    pub(crate) on_delete: OnDelete,
    /// Whether the database itself keeps it; configuration can name one that it does not know.
    pub(crate) declared: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDelete {
    /// Refused while rows refer to it.
    Refuse,
    /// Referring rows are deleted.
    Cascade,
    /// Referring rows are changed.
    Change,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// PostgreSQL: the type to cast parameters to, quoted by the server, without length or precision.
    pub(crate) cast: String,
    /// PostgreSQL: the type with its length or precision.
    pub(crate) declared: String,
    pub(crate) nullable: bool,
    pub(crate) has_default: bool,
    pub(crate) assigned: Assigned,
    pub(crate) comment: Option<String>,
    pub(crate) max_length: Option<u32>,
    /// The only texts that a check constraint allows; empty where any text is.
    pub(crate) choices: Vec<String>,
    /// What check constraints allow beyond that.
    pub(crate) bounds: Bounds,
    /// Whether values of the type have an order.
    pub(crate) ordered: bool,
    /// Whether `=` holds for equal bytes only.
    pub(crate) exact: bool,
    /// SQLite: how values are converted.
    pub(crate) affinity: Affinity,
    /// MySQL: what the kind does not say.
    pub(crate) mysql: MySqlType,
}

/// What MySQL says of a column beyond its kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct MySqlType {
    /// The type's name without length or attributes, in lower case: `bigint`, `varchar`, `bit`.
    pub(crate) name: String,
    /// The length of a type that has one, in characters, bytes or bits.
    pub(crate) length: Option<u32>,
    pub(crate) unsigned: bool,
    /// Numbers are shown with leading zeros, as no JSON number may be.
    pub(crate) zerofill: bool,
    /// Whether texts may hold any character; older character sets cannot even be compared with all others.
    pub(crate) unicode: bool,
    /// How the server comes to a key that it was not given.
    pub(crate) key_default: KeyDefault,
}

/// How a MySQL server comes to the value of a column that an insert leaves out. It does not tell it afterwards, so
/// keys are asked for before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum KeyDefault {
    #[default]
    None,
    /// `DEFAULT(column)` gives it.
    Told,
    /// `uuid()`
    Uuid,
    /// `uuid_to_bin(uuid())`
    UuidBytes,
}

/// Bounds that check constraints set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bounds {
    /// The least number, and whether it is itself out of bounds.
    pub(crate) low: Option<(f64, bool)>,
    pub(crate) high: Option<(f64, bool)>,
    /// Of a text, in characters.
    pub(crate) length_min: Option<u32>,
    pub(crate) length_max: Option<u32>,
}

/// Who gives a column its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Assigned {
    #[default]
    Caller,
    /// The database counts: identity, serial, rowid.
    Counter,
    /// The database computes it from other columns.
    Generated,
}

/// <https://sqlite.org/datatype3.html#determination_of_column_affinity>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Affinity {
    Integer,
    Text,
    #[default]
    Blob,
    Real,
    Numeric,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer {
        bits: u8,
    },
    /// `small` where every value has at most 15 digits, so that any JSON reader keeps it.
    Decimal {
        small: bool,
    },
    Float,
    Text,
    Bool,
    Uuid,
    Timestamp,
    TimestampTz,
    Date,
    Time,
    Json,
    Bytes,
    Enum(Arc<[String]>),
    Array(Box<Kind>),
    /// Anything else: handled as the text that the database makes of it.
    #[default]
    Other,
}

impl Column {
    /// The least and the largest whole number that the column can hold.
    pub(crate) fn whole_numbers(&self) -> Option<(i128, i128)> {
        let Kind::Integer { bits } = self.kind else { return None };
        Some(match self.mysql.unsigned {
            true => (0, (1 << bits) - 1),
            false => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        })
    }
}

impl Table {
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Whether at most one row has given values in these columns.
    pub(crate) fn is_unique(&self, columns: &[usize]) -> bool {
        let same = |one: &[usize]| one.len() == columns.len() && columns.iter().all(|column| one.contains(column));
        same(&self.key) && !columns.is_empty() || self.unique.iter().any(|unique| same(&unique.columns))
    }

    pub(crate) fn names(&self, columns: &[usize]) -> Vec<&str> {
        columns.iter().map(|column| self.columns[*column].name.as_str()).collect()
    }
}
