//! The caller's rows.

use std::cell::Cell;

use access::Caller;
use sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};

use super::{bind, column, table};
use crate::catalog::Snapshot;
use crate::ownership::Owned;
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

    /// Whether the caller's id can be an owner in this table at all. One that cannot sees nothing.
    pub(crate) fn fits(&self, at: usize) -> bool {
        let table = &self.snapshot.schema.tables[at];
        match &self.snapshot.owners.tables[at] {
            Owned::Column(owner) => {
                bind::caller(self.snapshot.engine(), &table.columns[*owner], self.caller.id().as_str()).is_some()
            }
            Owned::Parent(foreign) => self.fits(table.foreign[*foreign].table),
            Owned::Shared { .. } => true,
            Owned::Nobody(_) => false,
        }
    }

    /// Holds for the rows of `table`, called `alias`, that the caller may see.
    pub(crate) fn visible(&self, at: usize, alias: &str) -> Expr {
        let table = &self.snapshot.schema.tables[at];
        match &self.snapshot.owners.tables[at] {
            Owned::Column(owner) => {
                let described = &table.columns[*owner];
                let held = || column(Some(alias), &described.name);
                bind::is_caller(self.snapshot.engine(), described, held, self.caller.id().as_str())
                    .unwrap_or_else(super::never)
            }
            Owned::Parent(foreign) => self.referring(at, alias, &table.foreign[*foreign]),
            Owned::Shared { .. } => super::always(),
            Owned::Nobody(_) => super::never(),
        }
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
