use connector::{Error, Result};

use super::{Bond, Holds};
use crate::Config;
use crate::names::{did_you_mean, folded};
use crate::schema::Schema;

/// The tenants' columns of each table.
pub(super) fn bonds(schema: &Schema, config: &Config) -> Result<Vec<Vec<Bond>>> {
    let mut tables = vec![Vec::new(); schema.tables.len()];
    for (name, holds) in &config.tenant_columns {
        let holds = Holds::parse(&format!("tenant_columns.{name}"), holds)?;
        let wanted = folded(name);
        let mut found = false;
        for (table, bonds) in schema.tables.iter().zip(&mut tables) {
            for column in (0..table.columns.len()).filter(|at| folded(&table.columns[*at].name) == wanted) {
                bonds.push(Bond::new(table, column, holds.clone()));
                found = true;
            }
        }
        if !found {
            let columns = schema.tables.iter().flat_map(|table| &table.columns).map(|column| column.name.as_str());
            let columns: std::collections::BTreeSet<&str> = columns.collect();
            let known = did_you_mean(name, columns.into_iter());
            return Err(Error::invalid(format!(
                "`tenant_columns` names `{name}`, and no table has such a column. {known}"
            )));
        }
    }
    Ok(tables)
}
