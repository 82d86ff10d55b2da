use connector::{Error, Result};

use super::{Bond, Claim, Holds, Owned, Reason, Tie};
use crate::names::did_you_mean;
use crate::schema::{ForeignKey, Kind, OnDelete, Schema, Table};
use crate::{Config, OwnerConfig, TableConfig};

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
            claims[at] = Claim::Known(Tie::Shared { writable }.into());
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
            if !matches!(claims[at], Claim::Open) {
                return Err(contradiction(name));
            }
            claims[at] = claim;
        }
    }
    Ok(claims)
}

/// A `via` or `member` that leads to nobody is a mistake worth stopping for.
pub(super) fn check(schema: &Schema, config: &Config, owned: &[Owned]) -> Result<()> {
    for (name, settings) in &config.tables {
        for (key, text) in [("via", &settings.via), ("member", &settings.member)] {
            let Some(text) = text else { continue };
            if schema.find(name).is_some_and(|at| !owned[at].by_user()) {
                return Err(Error::invalid(format!(
                    "`tables.{name}.{key}` is `{text}`, and the table it leads to is not known to be anybody's. Say \
                     whose its rows are: tables.<that table>.owner."
                )));
            }
        }
    }
    Ok(())
}

fn claim(schema: &mut Schema, at: usize, name: &str, settings: &TableConfig) -> Result<Option<Claim>> {
    let said = [
        settings.owner.is_some(),
        settings.via.is_some(),
        settings.member.is_some(),
        settings.shared,
        settings.shared_writable,
    ];
    if said.iter().filter(|said| **said).count() > 1 {
        return Err(contradiction(name));
    }
    if settings.shared || settings.shared_writable {
        return Ok(Some(Claim::Known(Tie::Shared { writable: settings.shared_writable }.into())));
    }
    if let Some(owner) = &settings.owner {
        return Ok(Some(Claim::Known(Owned::columns(bonds(&schema.tables[at], name, owner)?))));
    }
    if let Some(text) = &settings.member {
        return Ok(Some(Claim::Member(Box::new(member(schema, at, name, text)?))));
    }
    match &settings.via {
        Some(text) => {
            let foreign = via(schema, at, name, text)?;
            Ok(Some(Claim::Via { foreign, otherwise: Reason::Untied }))
        }
        None => Ok(None),
    }
}

fn bonds(table: &Table, name: &str, owner: &OwnerConfig) -> Result<Vec<Bond>> {
    let key = format!("tables.{name}.owner");
    match owner {
        OwnerConfig::Column(wanted) => Ok(vec![Bond::id(column(table, &key, wanted)?)]),
        OwnerConfig::Columns(columns) if columns.is_empty() => {
            Err(Error::invalid(format!("`{key}` is empty. Name a column.")))
        }
        OwnerConfig::Columns(columns) => columns
            .iter()
            .map(|(wanted, holds)| {
                let column = column(table, &key, wanted)?;
                Ok(Bond::new(table, column, Holds::parse(&format!("{key}.{wanted}"), holds)?))
            })
            .collect(),
    }
}

/// Where `member` leads to: any columns of the table of members, for a row may have many.
fn member(schema: &Schema, at: usize, name: &str, text: &str) -> Result<ForeignKey> {
    let key = format!("tables.{name}.member");
    let child = &schema.tables[at];
    let Some((from, to)) = arrow(text) else {
        return Err(Error::invalid(format!(
            "`{key}` is `{text}`. Name a column, an arrow, and the column of the table of members that it leads to, \
             such as \"id -> team_members.team_id\"."
        )));
    };
    let columns = columns(child, &key, from)?;
    let (table, targets) = target(schema, &key, to)?;
    if table == at || targets.len() != columns.len() {
        return Err(Error::invalid(format!(
            "`{key}` must lead to another table, and to as many of its columns as it starts from."
        )));
    }
    Ok(ForeignKey { name: String::new(), columns, table, targets, on_delete: OnDelete::Refuse, declared: false })
}

fn arrow(text: &str) -> Option<(&str, &str)> {
    let (from, to) = text.split_once("->").or_else(|| text.split_once('→'))?;
    Some((from, to.trim()))
}

fn columns(table: &Table, key: &str, names: &str) -> Result<Vec<usize>> {
    names.split(',').map(|part| column(table, key, part.trim())).collect()
}

/// `table.column, column`; the table's key where no column is named.
fn target(schema: &Schema, key: &str, to: &str) -> Result<(usize, Vec<usize>)> {
    // A table's name may have a dot in it, so the longest name that exists is taken.
    let whole = std::iter::once((to, "")).filter(|_| schema.find(to).is_some());
    let split = to.match_indices('.').map(|(dot, _)| (&to[..dot], &to[dot + 1..])).rev();
    let named = whole.chain(split).find(|(label, _)| schema.find(label).is_some());
    let (label, names) = named.or_else(|| to.rsplit_once('.')).unwrap_or((to, ""));
    let parent = table(schema, key, label)?;
    match names {
        "" => Ok((parent, schema.tables[parent].key.clone())),
        names => Ok((parent, columns(&schema.tables[parent], key, names)?)),
    }
}

/// The foreign key that `via` names; one that the database does not declare is added.
fn via(schema: &mut Schema, at: usize, name: &str, text: &str) -> Result<usize> {
    let key = format!("tables.{name}.via");
    let (from, to) = arrow(text).map_or((text, None), |(from, to)| (from, Some(to)));
    let child = &schema.tables[at];
    let columns = columns(child, &key, from)?;
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
    let (parent, targets) = target(schema, key, to)?;
    if targets.len() != columns.len() || !schema.tables[parent].is_unique(&targets) {
        return Err(Error::invalid(format!(
            "`{key}` must lead to a key of `{label}`: its primary key or columns that a unique constraint covers.",
            label = schema.tables[parent].label
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
        "`{name}` is given more than one owner. Keep one of owner, via, member, shared and shared_writable."
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
