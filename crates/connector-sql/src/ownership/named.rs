use super::{Bond, Claim, Holds, Ids, Owned, Reason, Tie, can_hold_id};
use crate::Config;
use crate::names::folded;
use crate::schema::{ForeignKey, Schema, Table};

/// What columns named like a user id say of a table.
pub(super) fn claim(
    schema: &Schema,
    config: &Config,
    claims: &[Claim],
    users: Option<usize>,
    ids: &Ids,
    at: usize,
) -> Claim {
    let table = &schema.tables[at];
    let list: Vec<String> = config.owner_columns.iter().map(|name| folded(name)).collect();
    let named: Vec<usize> = (0..table.columns.len())
        .filter(|column| list.contains(&folded(&table.columns[*column].name)))
        .filter(|column| can_hold_id(&table.columns[*column].kind))
        .collect();
    if let [column] = named.as_slice()
        && let Some(kind) = companion(table, *column)
    {
        return Claim::Known(Tie::Nobody(Reason::Half { column: *column, kind }).into());
    }
    match named.as_slice() {
        [] => Claim::Open,
        [one] => reading(schema, claims, users, ids, at, *one),
        _ => Claim::Known(Tie::Nobody(Reason::Columns(named)).into()),
    }
}

/// What one such column says, in the light of its foreign key.
fn reading(schema: &Schema, claims: &[Claim], users: Option<usize>, ids: &Ids, at: usize, column: usize) -> Claim {
    let id = || Claim::Known(Owned::columns(vec![Bond::id(column)]));
    let own = |(_, key): &(usize, &ForeignKey)| key.columns == [column];
    let Some((foreign, key)) = schema.tables[at].foreign.iter().enumerate().find(own) else {
        return id();
    };
    match &claims[key.table] {
        _ if ids.iter().any(|(table, id)| *table == key.table && key.targets == [*id]) => id(),
        Claim::Known(Owned { tie: Tie::Columns, bonds }) if matches!(bonds.as_slice(), [Bond { column, holds: Holds::Id, .. }] if key.targets == [*column]) => {
            id()
        }
        // Whose id it is depends on the table referred to; a users table says so by another column, others by theirs.
        _ if users == Some(key.table) => Claim::Via { foreign, otherwise: Reason::Untied },
        _ => Claim::Via { foreign, otherwise: Reason::Elsewhere { column, table: key.table } },
    }
}

/// The other half of a reference to rows of several tables: of `owner_id`, `owner_type`, which says of which table.
fn companion(table: &Table, column: usize) -> Option<usize> {
    if table.foreign.iter().any(|key| key.columns == [column]) {
        return None;
    }
    let name = folded(&table.columns[column].name);
    let stem = name.strip_suffix("id").or_else(|| name.strip_suffix("uuid")).unwrap_or(&name);
    let wanted = format!("{stem}type");
    table.columns.iter().position(|other| folded(&other.name) == wanted)
}
