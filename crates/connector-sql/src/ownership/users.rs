use connector::{Error, Result};

use crate::Config;
use crate::names::{did_you_mean, folded};
use crate::schema::{Form, Schema};

/// Names that a users table goes by, underscores and letter case aside.
const NAMES: &[&str] =
    &["users", "user", "appusers", "appuser", "authusers", "authuser", "useraccounts", "useraccount"];

/// The table with one row for each user: configured, or the only one with such a name and a key of one column.
pub(super) fn find(schema: &Schema, config: &Config) -> Result<Option<usize>> {
    if let Some(name) = &config.users_table {
        let Some(at) = schema.find(name) else {
            let known = did_you_mean(name, schema.tables.iter().map(|table| table.label.as_str()));
            return Err(Error::invalid(format!("`users_table` names `{name}`, and there is no such table. {known}")));
        };
        if schema.tables[at].key.len() != 1 && config.tables.get(name).and_then(|table| table.owner.as_ref()).is_none()
        {
            return Err(Error::invalid(format!(
                "`users_table` names `{name}`, whose key is not one column. Say which column holds the user's id: \
                 tables.{name}.owner."
            )));
        }
        return Ok(Some(at));
    }
    let mut found = schema.tables.iter().enumerate().filter(|(_, table)| {
        table.form == Form::Table && table.key.len() == 1 && NAMES.contains(&folded(&table.name).as_str())
    });
    Ok(match (found.next(), found.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    })
}
