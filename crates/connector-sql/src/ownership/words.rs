use super::{Bond, Holds, Owned, Owners, Tie};
use crate::names::folded;
use crate::schema::{ForeignKey, Schema, Table};

impl Owners {
    /// How rows of `table` are tied to their user, for people: `column user_id and claim org_id`,
    /// `order_id → orders.user_id`, `id → team_members.user_id`.
    pub(crate) fn by(&self, schema: &Schema, table: usize) -> String {
        let Owned { tie, bonds } = &self.tables[table];
        let described = &schema.tables[table];
        let steps = match tie {
            Tie::Parent(foreign) => Some(self.step(schema, described, &described.foreign[*foreign])),
            Tie::Member(key) => Some(self.step(schema, described, key)),
            Tie::Policy => return "row security".into(),
            Tie::Columns | Tie::Shared { .. } | Tie::Nobody(_) => None,
        };
        let bonds = bonds.iter().map(|bond| one(described, bond));
        steps.into_iter().chain(bonds).collect::<Vec<_>>().join(" and ")
    }

    fn step(&self, schema: &Schema, child: &Table, key: &ForeignKey) -> String {
        let parent = &schema.tables[key.table];
        let rest = match &self.tables[key.table].tie {
            Tie::Parent(next) => self.step(schema, parent, &parent.foreign[*next]),
            Tie::Member(next) => self.step(schema, parent, next),
            Tie::Columns | Tie::Policy | Tie::Shared { .. } | Tie::Nobody(_) => {
                let columns: Vec<usize> = self.tables[key.table].bonds.iter().map(|bond| bond.column).collect();
                parent.names(&columns).join(" and ")
            }
        };
        format!("{} → {}.{rest}", child.names(&key.columns).join(", "), parent.label)
    }
}

fn one(table: &Table, bond: &Bond) -> String {
    let column = &table.columns[bond.column].name;
    match &bond.holds {
        Holds::Id => format!("column {column}"),
        Holds::Claim { name, .. } if folded(name) == folded(column) => format!("claim {name}"),
        Holds::Claim { name, .. } => format!("column {column} of claim {name}"),
    }
}
