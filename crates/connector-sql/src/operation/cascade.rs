//! What a delete would take along.

use std::collections::VecDeque;

use sea_query::{Alias, Expr, ExprTrait, Query};

use crate::ownership::{Reason, Tie};
use crate::schema::{ForeignKey, OnDelete};
use crate::sql::scope::Scope;
use crate::sql::{always, bind, column, never, not_true, table};

/// How many foreign keys in a row are followed, and how many such chains in all. Beyond, any row at all counts as
/// another's.
const DEPTH_MAX: usize = 8;
const CHAINS_MAX: usize = 64;

/// Foreign keys in a row, each with its child table, away from the row that is to be deleted.
type Chain<'a> = Vec<(usize, &'a ForeignKey)>;

/// Holds where deleting the row of `at`, called `alias`, would delete or change rows that are not the caller's.
/// `None` where nothing cascades from that table.
pub(super) fn beyond_caller(scope: &Scope<'_>, at: usize, alias: &str) -> Option<Expr> {
    let walk = Walk { scope };
    let mut left: VecDeque<Chain<'_>> = walk.onwards(at, &Vec::new()).collect();
    let mut found: Vec<Expr> = Vec::new();
    while let Some(chain) = left.pop_front() {
        let at_limit = chain.len() >= DEPTH_MAX || found.len() + left.len() >= CHAINS_MAX;
        found.push(walk.reached(&chain, alias, at_limit));
        if let Some((child, key)) = chain.last()
            && key.on_delete == OnDelete::Cascade
            && !at_limit
        {
            left.extend(walk.onwards(*child, &chain));
        }
    }
    found.into_iter().reduce(Expr::or)
}

struct Walk<'a, 's> {
    scope: &'s Scope<'a>,
}

impl<'a> Walk<'a, '_> {
    /// The chain, longer by each foreign key that deleting a row of `at` sets off.
    fn onwards(&self, at: usize, chain: &Chain<'a>) -> impl Iterator<Item = Chain<'a>> {
        let sets_off = move |key: &&ForeignKey| key.table == at && key.declared && key.on_delete != OnDelete::Refuse;
        let tables = self.scope.snapshot.schema.tables.iter().enumerate();
        let keys =
            tables.flat_map(move |(child, table)| table.foreign.iter().filter(sets_off).map(move |key| (child, key)));
        keys.map(|step| chain.iter().copied().chain([step]).collect())
    }

    /// Holds where the row called `start` has, at the end of the chain, a row that is not the caller's. That those in
    /// between are the caller's is what shorter chains say.
    fn reached(&self, chain: &Chain<'_>, start: &str, any: bool) -> Expr {
        let tables = &self.scope.snapshot.schema.tables;
        let mut select = Query::select();
        select.expr(Expr::cust("1"));
        let mut parent = start.to_owned();
        for (child, key) in chain {
            let alias = self.scope.alias();
            select.from(table(&tables[*child]).alias(Alias::new(&alias)));
            for (from, to) in key.columns.iter().zip(&key.targets) {
                let held = column(Some(&alias), &tables[*child].columns[*from].name);
                select.and_where(held.eq(column(Some(&parent), &tables[key.table].columns[*to].name)));
            }
            parent = alias;
        }
        if let (Some((child, _)), false) = (chain.last(), any) {
            select.and_where(self.not_callers(*child, &parent));
        }
        Expr::exists(select)
    }

    fn not_callers(&self, at: usize, alias: &str) -> Expr {
        let described = &self.scope.snapshot.schema.tables[at];
        match &self.scope.snapshot.owners.tables[at].tie {
            Tie::Columns | Tie::Parent(_) | Tie::Member(_) | Tie::Policy | Tie::Shared { writable: true } => {
                not_true(self.scope.visible(at, alias))
            }
            Tie::Shared { writable: false } => always(),
            // Nobody knows whose these are: only what is the caller's in every reading goes along.
            Tie::Nobody(Reason::Paths(ways)) => ways
                .iter()
                .map(|way| not_true(self.scope.referring(at, alias, &described.foreign[*way])))
                .fold(never(), Expr::or),
            Tie::Nobody(Reason::Columns(columns)) => columns
                .iter()
                .map(|owner| {
                    let described = &described.columns[*owner];
                    let held = || column(Some(alias), &described.name);
                    let engine = self.scope.snapshot.engine();
                    bind::is_caller(engine, described, held, self.scope.caller.id().as_str())
                        .map_or_else(always, not_true)
                })
                .fold(never(), Expr::or),
            Tie::Nobody(_) => always(),
        }
    }
}
