use super::{Claim, Ids, Owned, Reason};
use crate::schema::{ForeignKey, Schema};

/// Follows foreign keys, nearest first: in each round the tables whose parents became owned in an earlier one.
pub(super) fn follow(schema: &Schema, claims: &[Claim], ids: &Ids) -> Vec<Owned> {
    let mut owned: Vec<Option<Owned>> = claims
        .iter()
        .map(|claim| match claim {
            Claim::Known(known) => Some(known.clone()),
            Claim::Via { .. } | Claim::Open => None,
        })
        .collect();
    loop {
        let round: Vec<(usize, Owned)> = (0..claims.len())
            .filter(|at| owned[*at].is_none())
            .filter_map(|at| Some((at, step(schema, claims, &owned, ids, at)?)))
            .collect();
        if round.is_empty() {
            break;
        }
        for (at, found) in round {
            owned[at] = Some(found);
        }
    }
    owned
        .into_iter()
        .zip(claims)
        .map(|(owned, claim)| match (owned, claim) {
            (Some(owned), _) => owned,
            (None, Claim::Via { otherwise, .. }) => Owned::Nobody(otherwise.clone()),
            (None, _) => Owned::Nobody(Reason::Untied),
        })
        .collect()
}

/// What a table's foreign keys into tables that are owned by now say of it.
fn step(schema: &Schema, claims: &[Claim], owned: &[Option<Owned>], ids: &Ids, at: usize) -> Option<Owned> {
    let table = &schema.tables[at];
    let id = |key: &ForeignKey| ids.iter().any(|(table, id)| *table == key.table && key.targets == [*id]);
    let leads = |key: &ForeignKey| {
        let owned = || owned[key.table].as_ref().is_some_and(Owned::by_user);
        key.table != at && (id(key) || owned() && schema.tables[key.table].is_unique(&key.targets))
    };
    if let Claim::Via { foreign, .. } = &claims[at] {
        return leads(&table.foreign[*foreign]).then(|| by(schema, owned, ids, at, *foreign));
    }
    let ways: Vec<usize> = (0..table.foreign.len()).filter(|foreign| leads(&table.foreign[*foreign])).collect();
    match ways.as_slice() {
        [] => None,
        [one] => Some(by(schema, owned, ids, at, *one)),
        _ => Some(Owned::Nobody(Reason::Paths(ways))),
    }
}

/// By a foreign key; a key of one column to the very column that holds the owner's id holds that id itself.
fn by(schema: &Schema, owned: &[Option<Owned>], ids: &Ids, at: usize, foreign: usize) -> Owned {
    let key = &schema.tables[at].foreign[foreign];
    match (&owned[key.table], key.columns.as_slice(), key.targets.as_slice()) {
        (Some(Owned::Column(owner)), [column], [target]) if owner == target => Owned::Column(*column),
        (_, [column], [target]) if ids.contains(&(key.table, *target)) => Owned::Column(*column),
        _ => Owned::Parent(foreign),
    }
}
