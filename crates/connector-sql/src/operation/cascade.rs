//! What a delete would take along.

use std::cell::Cell;

use sea_query::{Alias, Expr, ExprTrait, Query};

use crate::ownership::{Owned, Reason};
use crate::schema::{ForeignKey, OnDelete};
use crate::sql::scope::Scope;
use crate::sql::{always, bind, column, never, not_true, table};

/// How deep cascades are followed, and how many foreign keys in all. Beyond, any row at all counts as another's.
const DEPTH_MAX: usize = 8;
const KEYS_MAX: usize = 64;

/// Holds where deleting the row of `at`, called `alias`, would delete or change rows that are not the caller's.
/// `None` where nothing cascades from that table.
pub(super) fn beyond_caller(scope: &Scope<'_>, at: usize, alias: &str) -> Option<Expr> {
    Walk { scope, keys: Cell::new(0) }.from(at, alias, 0)
}

struct Walk<'a, 's> {
    scope: &'s Scope<'a>,
    keys: Cell<usize>,
}

impl Walk<'_, '_> {
    fn from(&self, at: usize, alias: &str, depth: usize) -> Option<Expr> {
        let tables = &self.scope.snapshot.schema.tables;
        let mut found: Option<Expr> = None;
        for (child, described) in tables.iter().enumerate() {
            for key in &described.foreign {
                if key.table == at && key.declared && key.on_delete != OnDelete::Refuse {
                    let reached = self.reached(child, key, alias, depth);
                    found = Some(found.map_or(reached.clone(), |found| found.or(reached)));
                }
            }
        }
        found
    }

    /// Holds where the row called `parent` has a child by this key that is not the caller's, or has such a one in turn.
    fn reached(&self, child: usize, key: &ForeignKey, parent: &str, depth: usize) -> Expr {
        let tables = &self.scope.snapshot.schema.tables;
        let alias = self.scope.alias();
        self.keys.set(self.keys.get() + 1);
        let mut theirs = self.not_callers(child, &alias);
        if key.on_delete == OnDelete::Cascade {
            if depth >= DEPTH_MAX || self.keys.get() > KEYS_MAX {
                theirs = always();
            } else if let Some(deeper) = self.from(child, &alias, depth + 1) {
                theirs = theirs.or(deeper);
            }
        }
        let mut select = Query::select();
        select.expr(Expr::cust("1")).from(table(&tables[child]).alias(Alias::new(&alias)));
        for (from, to) in key.columns.iter().zip(&key.targets) {
            let held = column(Some(&alias), &tables[child].columns[*from].name);
            select.and_where(held.eq(column(Some(parent), &tables[key.table].columns[*to].name)));
        }
        Expr::exists(select.and_where(theirs).take())
    }

    fn not_callers(&self, at: usize, alias: &str) -> Expr {
        let described = &self.scope.snapshot.schema.tables[at];
        match &self.scope.snapshot.owners.tables[at] {
            Owned::Column(_) | Owned::Parent(_) => not_true(self.scope.visible(at, alias)),
            Owned::Shared { writable: true } => never(),
            Owned::Shared { writable: false } => always(),
            // Nobody knows whose these are: only what is the caller's in every reading goes along.
            Owned::Nobody(Reason::Paths(ways)) => ways
                .iter()
                .map(|way| not_true(self.scope.referring(at, alias, &described.foreign[*way])))
                .fold(never(), Expr::or),
            Owned::Nobody(Reason::Columns(columns)) => columns
                .iter()
                .map(|owner| {
                    let described = &described.columns[*owner];
                    let held = || column(Some(alias), &described.name);
                    let engine = self.scope.snapshot.engine();
                    bind::is_caller(engine, described, held, self.scope.caller).map_or_else(always, not_true)
                })
                .fold(never(), Expr::or),
            Owned::Nobody(_) => always(),
        }
    }
}
