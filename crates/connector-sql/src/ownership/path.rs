use super::{Bond, Claim, Ids, Owned, Reason, Tie};
use crate::schema::{ForeignKey, Schema};

/// Follows foreign keys, nearest first: in each round the tables whose parents became owned in an earlier one. A key
/// that may be null points at something more often than it says whose a row is: unless it names the user itself, it
/// counts only where no other key of its table leads to one, however far. What is then still nobody's and has a tenant's column is the tenant's, and
/// foreign keys are followed from there.
pub(super) fn follow(schema: &Schema, claims: &[Claim], ids: &Ids, tenants: &[Vec<Bond>]) -> Vec<Owned> {
    let mut walk = Walk { schema, claims, ids, tenants, owned: Vec::new() };
    walk.owned = claims
        .iter()
        .map(|claim| match claim {
            Claim::Known(known) => Some(known.clone()),
            Claim::Via { .. } | Claim::Member(_) | Claim::Open => None,
        })
        .collect();
    walk.walk_on();
    for (at, bonds) in tenants.iter().enumerate().filter(|(_, bonds)| !bonds.is_empty()) {
        if walk.owned[at].is_none() && matches!(claims[at], Claim::Open) {
            walk.owned[at] = Some(Owned::columns(bonds.clone()));
        }
    }
    walk.walk_on();
    let settled = walk.owned.into_iter().zip(claims).zip(tenants).map(|((owned, claim), tenants)| {
        let mut owned = owned.unwrap_or_else(|| match claim {
            Claim::Via { otherwise, .. } => Tie::Nobody(otherwise.clone()).into(),
            _ => Tie::Nobody(Reason::Untied).into(),
        });
        if !matches!(owned.tie, Tie::Nobody(_)) {
            let others: Vec<_> = tenants.iter().filter(|bond| owned.bond(bond.column).is_none()).cloned().collect();
            owned.bonds.extend(others);
        }
        owned
    });
    settled.collect()
}

struct Walk<'a> {
    schema: &'a Schema,
    claims: &'a [Claim],
    ids: &'a Ids,
    tenants: &'a [Vec<Bond>],
    owned: Vec<Option<Owned>>,
}

impl Walk<'_> {
    fn walk_on(&mut self) {
        loop {
            let mut round = self.round(false);
            if round.is_empty() {
                round = self.round(true);
            }
            if round.is_empty() {
                break;
            }
            for (at, found) in round {
                self.owned[at] = Some(found);
            }
        }
    }

    fn round(&self, nullable: bool) -> Vec<(usize, Owned)> {
        let open = (0..self.claims.len()).filter(|at| self.owned[*at].is_none());
        open.filter_map(|at| Some((at, self.step(at, nullable)?))).collect()
    }

    /// What a table's foreign keys into tables that are owned by now say of it; those that may be null only if asked.
    fn step(&self, at: usize, nullable: bool) -> Option<Owned> {
        let table = &self.schema.tables[at];
        match &self.claims[at] {
            Claim::Via { foreign, .. } => {
                return self.leads(at, &table.foreign[*foreign]).then(|| self.by(at, *foreign));
            }
            Claim::Member(key) => {
                let owned = self.owned[key.table].as_ref().is_some_and(Owned::leads_to_user);
                return owned.then(|| Tie::Member(key.clone()).into());
            }
            Claim::Known(_) | Claim::Open => {}
        }
        // Which tenant's a row is says its own column.
        let tenants =
            |key: &ForeignKey| key.columns.iter().all(|at_| self.tenants[at].iter().any(|bond| bond.column == *at_));
        let counts = |key: &ForeignKey| {
            nullable || self.names_user(key) || key.columns.iter().all(|at| !table.columns[*at].nullable)
        };
        let ways: Vec<usize> = (0..table.foreign.len())
            .filter(|foreign| counts(&table.foreign[*foreign]))
            .filter(|foreign| self.leads(at, &table.foreign[*foreign]) && !tenants(&table.foreign[*foreign]))
            .collect();
        match ways.as_slice() {
            [] => None,
            [one] => Some(self.by(at, *one)),
            _ => Some(Tie::Nobody(Reason::Paths(ways)).into()),
        }
    }

    fn leads(&self, at: usize, key: &ForeignKey) -> bool {
        let owned = || self.owned[key.table].as_ref().is_some_and(Owned::leads_to_user);
        key.table != at && (self.is_id(key) || owned() && self.schema.tables[key.table].is_unique(&key.targets))
    }

    /// Whether a key is of one column, to the very column that alone says whose a row is.
    fn names_user(&self, key: &ForeignKey) -> bool {
        let alone = |owned: &Owned| {
            owned.tie == Tie::Columns && matches!(&*owned.bonds, [bond] if key.targets == [bond.column])
        };
        key.columns.len() == 1 && (self.is_id(key) || self.owned[key.table].as_ref().is_some_and(alone))
    }

    fn is_id(&self, key: &ForeignKey) -> bool {
        self.ids.iter().any(|(table, id)| *table == key.table && key.targets == [*id])
    }

    /// By a foreign key; a key of one column to the very column that alone says whose a row is says that itself.
    fn by(&self, at: usize, foreign: usize) -> Owned {
        let key = &self.schema.tables[at].foreign[foreign];
        let [column] = key.columns.as_slice() else { return Owned::parent(foreign) };
        if self.is_id(key) {
            return Owned::columns(vec![Bond::id(*column)]);
        }
        match &self.owned[key.table] {
            Some(Owned { tie: Tie::Columns, bonds }) => match bonds.as_slice() {
                [bond] if key.targets == [bond.column] => {
                    Owned::columns(vec![Bond::new(&self.schema.tables[at], *column, bond.holds.clone())])
                }
                _ => Owned::parent(foreign),
            },
            _ => Owned::parent(foreign),
        }
    }
}
