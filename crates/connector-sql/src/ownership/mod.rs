//! Whose rows a table holds.
//!
//! In this order: what the configuration says; the users table by its key; a column named like a user id; the
//! shortest foreign-key path to an owned table. What none of these settles belongs to nobody and is hidden.

mod configured;
mod named;
mod path;
mod users;

use connector::Result;

use crate::Config;
use crate::schema::{Kind, Schema};

/// How rows are tied to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owned {
    /// This column holds the owner's id.
    Column(usize),
    /// A row is whoever's the parent row by this foreign key is. The parent's table is owned.
    Parent(usize),
    /// Everybody's to read, and to write if `writable`.
    Shared { writable: bool },
    /// Not known.
    Nobody(Reason),
}

impl Owned {
    pub(crate) fn by_user(&self) -> bool {
        matches!(self, Self::Column(_) | Self::Parent(_))
    }
}

/// Why a table is nobody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Nothing ties it to a user.
    Untied,
    /// Several columns are named like a user id.
    Columns(Vec<usize>),
    /// Several foreign keys lead to an owned table, equally near.
    Paths(Vec<usize>),
    /// A column is named like a user id, but refers to a table that is not the users table.
    Elsewhere { column: usize, table: usize },
}

/// Columns that hold users' ids in tables that are not the users' own, with their table.
type Ids = [(usize, usize)];

/// What is known of a table before foreign keys are followed.
#[derive(Clone, Debug)]
enum Claim {
    Known(Owned),
    /// By this foreign key and no other, if its parent turns out to be owned; else it is nobody's.
    Via {
        foreign: usize,
        otherwise: Reason,
    },
    Open,
}

/// Who owns what.
#[derive(Debug)]
pub(crate) struct Owners {
    /// By table.
    pub(crate) tables: Vec<Owned>,
    /// The users table.
    pub(crate) users: Option<usize>,
}

impl Owners {
    /// Decides for every table. Foreign keys that only the configuration knows are added to `schema`.
    pub(crate) fn decide(schema: &mut Schema, config: &Config) -> Result<Self> {
        let mut claims = configured::claims(schema, config)?;
        let users = users::find(schema, config)?;
        let mut ids = Vec::new();
        if let Some(users) = users
            && let [key] = schema.tables[users].key.as_slice()
        {
            match claims[users] {
                Claim::Open => claims[users] = Claim::Known(Owned::Column(*key)),
                // A list of users that all may see still says by its key who is who.
                Claim::Known(Owned::Shared { .. }) => ids.push((users, *key)),
                _ => {}
            }
        }
        for at in 0..claims.len() {
            if matches!(claims[at], Claim::Open) {
                claims[at] = named::claim(schema, config, &claims, users, &ids, at);
            }
        }
        let tables = path::follow(schema, &claims, &ids);
        configured::check(schema, config, &tables)?;
        Ok(Self { tables, users })
    }

    /// How rows of `table` are tied to their user, for people: `column user_id`, `order_id → orders.user_id`.
    pub(crate) fn by(&self, schema: &Schema, table: usize) -> String {
        match &self.tables[table] {
            Owned::Column(column) => format!("column {}", schema.tables[table].columns[*column].name),
            Owned::Parent(foreign) => self.steps(schema, table, *foreign),
            Owned::Shared { .. } | Owned::Nobody(_) => String::new(),
        }
    }

    fn steps(&self, schema: &Schema, table: usize, foreign: usize) -> String {
        let child = &schema.tables[table];
        let key = &child.foreign[foreign];
        let parent = &schema.tables[key.table];
        let rest = match &self.tables[key.table] {
            Owned::Column(column) => format!("{}.{}", parent.label, parent.columns[*column].name),
            Owned::Parent(next) => format!("{}.{}", parent.label, self.steps(schema, key.table, *next)),
            Owned::Shared { .. } | Owned::Nobody(_) => parent.label.clone(),
        };
        format!("{} → {rest}", child.names(&key.columns).join(", "))
    }
}

fn can_hold_id(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Integer { .. }
            | Kind::Decimal { .. }
            | Kind::Text
            | Kind::Uuid
            | Kind::Enum(_)
            | Kind::Other
            | Kind::Bytes
    )
}
