//! The caller's rows.

use std::cell::Cell;

use access::Caller;
use sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};

use super::{bind, column, table};
use crate::catalog::Snapshot;
use crate::ownership::{Bond, Holds, Tie};
use crate::schema::ForeignKey;

/// Makes conditions that hold for one caller's rows.
pub(crate) struct Scope<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) caller: &'a Caller,
    aliases: Cell<usize>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, caller: &'a Caller) -> Self {
        Self { snapshot, caller, aliases: Cell::new(0) }
    }

    /// A name that no other table of the statement has.
    pub(crate) fn alias(&self) -> String {
        let number = self.aliases.get();
        self.aliases.set(number + 1);
        format!("t{number}")
    }

    /// Whether the caller can own anything in this table at all. One who cannot sees nothing.
    pub(crate) fn fits(&self, at: usize) -> bool {
        self.unmet(at).is_none()
    }

    /// Why the caller can own nothing in this table, if so.
    pub(crate) fn unmet(&self, at: usize) -> Option<Unmet<'a>> {
        let snapshot = self.snapshot;
        let (table, owned) = (&snapshot.schema.tables[at], &snapshot.owners.tables[at]);
        let unmet = |bond: &'a Bond| {
            let own = bond.holds.values(self.caller);
            let described = &table.columns[bond.column];
            match &bond.holds {
                Holds::Claim { name, .. } if own.is_empty() => Some(Unmet::Missing(name)),
                _ if own.iter().any(|own| bind::caller(snapshot.engine(), described, own).is_some()) => None,
                holds => Some(Unmet::Type(holds)),
            }
        };
        if self.by_policy(at) {
            return None;
        }
        owned.bonds.iter().find_map(unmet).or_else(|| match &owned.tie {
            Tie::Parent(foreign) => self.unmet(table.foreign[*foreign].table),
            Tie::Member(key) => self.unmet(key.table),
            Tie::Columns | Tie::Policy | Tie::Shared { .. } => None,
            Tie::Nobody(_) => Some(Unmet::Nobody),
        })
    }

    /// What a new row's column of this bond holds, if the caller has exactly one of it.
    pub(crate) fn own(&self, at: usize, bond: &Bond) -> Option<Expr> {
        match bond.holds.values(self.caller).as_slice() {
            [one] => bind::caller(self.snapshot.engine(), &self.snapshot.schema.tables[at].columns[bond.column], one),
            _ => None,
        }
    }

    /// Holds for the rows of `table`, called `alias`, that the caller may see.
    pub(crate) fn visible(&self, at: usize, alias: &str) -> Expr {
        let (table, owned) = (&self.snapshot.schema.tables[at], &self.snapshot.owners.tables[at]);
        if self.by_policy(at) {
            return super::always();
        }
        let tied = match &owned.tie {
            Tie::Columns | Tie::Policy | Tie::Shared { .. } => None,
            Tie::Parent(foreign) => Some(self.referring(at, alias, &table.foreign[*foreign])),
            Tie::Member(key) => Some(self.referring(at, alias, key)),
            Tie::Nobody(_) => Some(super::never()),
        };
        let bonds = owned.bonds.iter().map(|bond| self.bound(at, alias, bond));
        bonds.chain(tied).reduce(Expr::and).unwrap_or_else(super::always)
    }

    /// Whether the database alone says which rows of a table the caller may see.
    fn by_policy(&self, at: usize) -> bool {
        let owners = &self.snapshot.owners;
        owners.scope == crate::Scope::Rls && !matches!(owners.tables[at].tie, Tie::Nobody(_))
    }

    /// Holds where a column holds something of the caller's.
    fn bound(&self, at: usize, alias: &str, bond: &Bond) -> Expr {
        let described = &self.snapshot.schema.tables[at].columns[bond.column];
        let held = || column(Some(alias), &described.name);
        let own = bond.holds.values(self.caller);
        let any = own.iter().filter_map(|own| bind::is_caller(self.snapshot.engine(), described, held, own));
        any.reduce(Expr::or).unwrap_or_else(super::never)
    }

    /// Holds for the rows of `table`, called `alias`, whose parent by this foreign key the caller may see.
    pub(crate) fn referring(&self, at: usize, alias: &str, key: &ForeignKey) -> Expr {
        let child = &self.snapshot.schema.tables[at];
        let parent = &self.snapshot.schema.tables[key.table];
        let parents = self.alias();
        let mut select: SelectStatement = Query::select();
        for target in &key.targets {
            select.expr(column(Some(&parents), &parent.columns[*target].name));
        }
        select.from(table(parent).alias(Alias::new(&parents))).and_where(self.visible(key.table, &parents));
        let mut columns: Vec<Expr> =
            key.columns.iter().map(|at| column(Some(alias), &child.columns[*at].name)).collect();
        match columns.len() {
            1 => columns.remove(0).in_subquery(select),
            _ => Expr::tuple(columns).in_subquery(select),
        }
    }
}

/// Why a caller can own nothing in a table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unmet<'a> {
    /// The token lacks this claim.
    Missing(&'a str),
    /// What the caller has is not of the column's type.
    Type(&'a Holds),
    /// Nobody knows whose its rows are.
    Nobody,
}
