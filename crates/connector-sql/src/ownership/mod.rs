//! Whose rows a table holds.
//!
//! In this order: what the configuration says; the users table by its key; a column named like a user id; the
//! shortest foreign-key path to an owned table; a tenant's column. What none of these settles belongs to nobody and is
//! hidden.

mod bond;
mod configured;
mod named;
mod path;
mod tenants;
mod users;
mod words;

use std::collections::BTreeSet;

use connector::Result;

pub(crate) use bond::{Bond, Holds};

use crate::schema::{ForeignKey, Kind, Schema, Secured};
use crate::{Config, Scope};

/// How rows are tied to a user: by `tie` and by every one of `bonds`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) tie: Tie,
    pub(crate) bonds: Vec<Bond>,
}

/// What ties rows to a user, its own columns aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    /// Nothing else than its columns.
    Columns,
    /// A row is whoever's the parent row by this foreign key is. The parent's table is owned.
    Parent(usize),
    /// A row is everybody's who owns a row that these columns lead to.
    Member(Box<ForeignKey>),
    /// The database's own policies say whose a row is; a new one holds its bonds.
    Policy,
    /// Everybody's (of a tenant, where there are bonds) to read, and to write if `writable`.
    Shared { writable: bool },
    /// Not known.
    Nobody(Reason),
}

impl Owned {
    fn columns(bonds: Vec<Bond>) -> Self {
        Self { tie: Tie::Columns, bonds }
    }

    fn parent(foreign: usize) -> Self {
        Tie::Parent(foreign).into()
    }

    /// Whether rows are some callers' and not others'.
    pub(crate) fn by_user(&self) -> bool {
        match self.tie {
            Tie::Columns | Tie::Parent(_) | Tie::Member(_) | Tie::Policy => true,
            Tie::Shared { .. } => !self.bonds.is_empty(),
            Tie::Nobody(_) => false,
        }
    }

    /// Whether rows that refer to these are somebody's for that reason.
    fn leads_to_user(&self) -> bool {
        matches!(self.tie, Tie::Columns | Tie::Parent(_) | Tie::Member(_))
    }

    /// The bond of a column.
    pub(crate) fn bond(&self, column: usize) -> Option<&Bond> {
        self.bonds.iter().find(|bond| bond.column == column)
    }
}

impl From<Tie> for Owned {
    fn from(tie: Tie) -> Self {
        Self { tie, bonds: Vec::new() }
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
    /// A column named like a user id refers to rows of several tables, and this one says of which.
    Half { column: usize, kind: usize },
    /// Row security is to say so, and does not hold for it.
    Unsecured,
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
    /// By membership, if the table of members turns out to be owned.
    Member(Box<ForeignKey>),
    Open,
}

/// Who owns what.
#[derive(Debug)]
pub(crate) struct Owners {
    /// By table.
    pub(crate) tables: Vec<Owned>,
    /// The users table.
    pub(crate) users: Option<usize>,
    /// What decides which rows a call meets.
    pub(crate) scope: Scope,
    /// Tables that say who is a member of something.
    pub(crate) members: BTreeSet<usize>,
}

impl Owners {
    /// Decides for every table. Foreign keys that only the configuration knows are added to `schema`.
    pub(crate) fn decide(schema: &mut Schema, config: &Config) -> Result<Self> {
        let mut claims = configured::claims(schema, config)?;
        let tenants = tenants::bonds(schema, config)?;
        let users = users::find(schema, config)?;
        let mut ids = Vec::new();
        if let Some(users) = users
            && let [key] = schema.tables[users].key.as_slice()
        {
            match &claims[users] {
                Claim::Open => claims[users] = Claim::Known(Owned::columns(vec![Bond::id(*key)])),
                // A list of users that all may see still says by its key who is who.
                Claim::Known(Owned { tie: Tie::Shared { .. }, .. }) => ids.push((users, *key)),
                _ => {}
            }
        }
        for at in 0..claims.len() {
            if matches!(claims[at], Claim::Open) {
                claims[at] = named::claim(schema, config, &claims, users, &ids, at);
            }
        }
        let tables = path::follow(schema, &claims, &ids, &tenants);
        configured::check(schema, config, &tables)?;
        if config.scope == Scope::Rls {
            let tables = tables.into_iter().zip(&schema.tables).map(|(owned, table)| by_policy(owned, table.secured));
            return Ok(Self { tables: tables.collect(), users, scope: Scope::Rls, members: BTreeSet::new() });
        }
        let members = tables.iter().filter_map(|owned| match &owned.tie {
            Tie::Member(key) => Some(key.table),
            _ => None,
        });
        Ok(Self { members: members.collect(), tables, users, scope: config.scope })
    }
}

/// Whose rows are where row security alone says so.
fn by_policy(owned: Owned, secured: Secured) -> Owned {
    match (&owned.tie, secured) {
        (Tie::Shared { .. }, _) => owned,
        (_, Secured::Yes) => Owned { tie: Tie::Policy, bonds: owned.bonds },
        _ => Tie::Nobody(Reason::Unsecured).into(),
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
