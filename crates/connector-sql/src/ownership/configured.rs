use connector::{Error, Result};

use super::{Claim, Owned, Reason};
use crate::names::did_you_mean;
use crate::schema::{ForeignKey, Kind, OnDelete, Schema, Table};
use crate::{Config, TableConfig};

/// What the configuration says of each table. Names in it that do not exist are errors.
pub(super) fn claims(schema: &mut Schema, config: &Config) -> Result<Vec<Claim>> {
    let mut claims = vec![Claim::Open; schema.tables.len()];
    for name in &config.hide {
        table(schema, "hide", name)?;
    }
    for (key, names, writable) in
        [("shared", &config.shared, false), ("shared_writable", &config.shared_writable, true)]
    {
        for name in names {
            let at = table(schema, key, name)?;
            if matches!(claims[at], Claim::Known(_)) {
                return Err(Error::invalid(format!("`{name}` is in both `shared` and `shared_writable`.")));
            }
            claims[at] = Claim::Known(Owned::Shared { writable });
        }
    }
    for (name, settings) in &config.tables {
        let at = table(schema, "tables", name)?;
        let lists = [
            ("hide", &settings.hide),
            ("read_only_columns", &settings.read_only_columns),
            ("not_credentials", &settings.not_credentials),
        ];
        for (key, columns) in lists {
            for wanted in columns {
                column(&schema.tables[at], &format!("tables.{name}.{key}"), wanted)?;
            }
        }
        if let Some(wanted) = &settings.version {
            let key = format!("tables.{name}.version");
            let at = column(&schema.tables[at], &key, wanted).map(|found| (at, found))?;
            let kind = &schema.tables[at.0].columns[at.1].kind;
            if !matches!(kind, Kind::Integer { .. } | Kind::Timestamp | Kind::TimestampTz) {
                return Err(Error::invalid(format!(
                    "`{key}` names `{wanted}`, which is neither a whole number nor a time."
                )));
            }
        }
        for wanted in settings.fields.keys() {
            column(&schema.tables[at], &format!("tables.{name}.fields"), wanted)?;
        }
        if let Some(claim) = claim(schema, at, name, settings)? {
            if matches!(claims[at], Claim::Known(_)) {
                return Err(contradiction(name));
            }
            claims[at] = claim;
        }
    }
    Ok(claims)
}

/// A `via` that leads to nobody is a mistake worth stopping for.
pub(super) fn check(schema: &Schema, config: &Config, owned: &[Owned]) -> Result<()> {
    for (name, via) in config.tables.iter().filter_map(|(name, settings)| Some((name, settings.via.as_ref()?))) {
        if schema.find(name).is_some_and(|at| !owned[at].by_user()) {
            return Err(Error::invalid(format!(
                "`tables.{name}.via` is `{via}`, and the table it leads to is not known to be anybody's. Say whose its \
                 rows are: tables.<that table>.owner."
            )));
        }
    }
    Ok(())
}

fn claim(schema: &mut Schema, at: usize, name: &str, settings: &TableConfig) -> Result<Option<Claim>> {
    let said = [settings.owner.is_some(), settings.via.is_some(), settings.shared, settings.shared_writable];
    if said.iter().filter(|said| **said).count() > 1 {
        return Err(contradiction(name));
    }
    if settings.shared || settings.shared_writable {
        return Ok(Some(Claim::Known(Owned::Shared { writable: settings.shared_writable })));
    }
    if let Some(owner) = &settings.owner {
        let column = column(&schema.tables[at], &format!("tables.{name}.owner"), owner)?;
        return Ok(Some(Claim::Known(Owned::Column(column))));
    }
    match &settings.via {
        Some(text) => {
            let foreign = via(schema, at, name, text)?;
            Ok(Some(Claim::Via { foreign, otherwise: Reason::Untied }))
        }
        None => Ok(None),
    }
}

/// The foreign key that `via` names; one that the database does not declare is added.
fn via(schema: &mut Schema, at: usize, name: &str, text: &str) -> Result<usize> {
    let key = format!("tables.{name}.via");
    let (from, to) = match text.split_once("->").or_else(|| text.split_once('→')) {
        Some((from, to)) => (from, Some(to.trim())),
        None => (text, None),
    };
    let child = &schema.tables[at];
    let columns = from.split(',').map(|part| column(child, &key, part.trim())).collect::<Result<Vec<_>>>()?;
    let target = |foreign: &ForeignKey| {
        let parent = &schema.tables[foreign.table];
        to.is_none_or(|to| {
            to == parent.label || to == format!("{}.{}", parent.label, parent.names(&foreign.targets).join(", "))
        })
    };
    let matching: Vec<usize> = (0..child.foreign.len())
        .filter(|foreign| child.foreign[*foreign].columns == columns && target(&child.foreign[*foreign]))
        .collect();
    match (matching.as_slice(), to) {
        ([one], _) => Ok(*one),
        ([], Some(to)) => declare(schema, at, &key, columns, to),
        ([], None) => Err(Error::invalid(format!(
            "`{key}` is `{text}`, and the database declares no foreign key on it. Name the target too, such as \
             \"{} -> orders.id\".",
            from.trim()
        ))),
        _ => Err(Error::invalid(format!(
            "`{key}` is `{text}`, and several foreign keys fit. Name the target too, such as \"{} -> {}\".",
            from.trim(),
            schema.tables[child.foreign[matching[0]].table].label
        ))),
    }
}

fn declare(schema: &mut Schema, at: usize, key: &str, columns: Vec<usize>, to: &str) -> Result<usize> {
    // A table's name may have a dot in it, so the longest name that exists is taken.
    let split = to.match_indices('.').map(|(dot, _)| (&to[..dot], &to[dot + 1..])).rev();
    let (label, targets) = split.into_iter().find(|(label, _)| schema.find(label).is_some()).unwrap_or((to, ""));
    let parent = table(schema, key, label)?;
    let targets = match targets {
        "" => schema.tables[parent].key.clone(),
        names => {
            names.split(',').map(|part| column(&schema.tables[parent], key, part.trim())).collect::<Result<Vec<_>>>()?
        }
    };
    if targets.len() != columns.len() || !schema.tables[parent].is_unique(&targets) {
        return Err(Error::invalid(format!(
            "`{key}` must lead to a key of `{label}`: its primary key or columns that a unique constraint covers."
        )));
    }
    let foreign = &mut schema.tables[at].foreign;
    foreign.push(ForeignKey {
        name: String::new(),
        columns,
        table: parent,
        targets,
        on_delete: OnDelete::Refuse,
        declared: false,
    });
    Ok(foreign.len() - 1)
}

fn contradiction(name: &str) -> Error {
    Error::invalid(format!(
        "`{name}` is given more than one owner. Keep one of owner, via, shared and shared_writable."
    ))
}

fn table(schema: &Schema, key: &str, name: &str) -> Result<usize> {
    schema.find(name).ok_or_else(|| {
        let known = did_you_mean(name, schema.tables.iter().map(|table| table.label.as_str()));
        Error::invalid(format!("`{key}` names `{name}`, and there is no such table. {known}"))
    })
}

fn column(table: &Table, key: &str, name: &str) -> Result<usize> {
    table.column(name).ok_or_else(|| {
        let known = did_you_mean(name, table.columns.iter().map(|column| column.name.as_str()));
        Error::invalid(format!("`{key}` names `{name}`, and `{}` has no such column. {known}", table.label))
    })
}
