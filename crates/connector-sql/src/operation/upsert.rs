//! `create` of what may be there already.

use connector::{Error, ErrorKind, Result};
use sea_query::ExprTrait;
use serde_json::{Map, Value};

use super::Work;
use super::update::{change_row, found_if, locate};
use super::write::{Failed, Values, bound};
use crate::catalog::{Offered, upsert_keys};
use crate::pool::{Row, Session};
use crate::sql::scope::Scope;
use crate::sql::{Build, Statement, always, column};

/// What an answer says of a row that was there.
pub(super) const NOTICE: &str = "The item was there already and was changed.";

/// A row of the caller's that the new one would clash with, and what to change in it.
pub(super) struct Existing<'v> {
    find: Statement,
    values: Values<'v>,
    /// A given value that can only be set when an item is created, and what was found by.
    fixed: Option<(String, String)>,
}

/// Whether the `on_conflict` argument asks for it.
pub(super) fn is_asked(options: &Map<String, Value>) -> bool {
    options.get("on_conflict").and_then(Value::as_str) == Some("update")
}

/// Whether to look again, once: somebody else may have been quicker, and what was not there to be changed is there by
/// now.
pub(super) fn again<T>(upsert: bool, attempt: &Result<T>) -> bool {
    upsert && matches!(attempt, Err(error) if error.kind() == ErrorKind::Conflict)
}

/// Ways to find the caller's row that has the same key as the new one, for each key that `values` give whole. Rows of
/// others are not found: what clashes with them is a conflict like any other.
pub(super) fn existing<'v>(scope: &Scope<'_>, offered: &Offered<'_>, values: &Values<'v>) -> Result<Vec<Existing<'v>>> {
    let keys = upsert_keys(offered.collection, offered.table(), offered.owned());
    let given = |at: &usize| values.iter().find(|(column, value)| column == at && !value.is_null());
    let mut found = Vec::new();
    for key in &keys {
        let Some(pairs) = key.chosen.iter().map(given).collect::<Option<Vec<_>>>() else { continue };
        let locate = locate(scope, offered, |alias| {
            pairs.iter().try_fold(always(), |all, (at, value)| {
                Ok(all.and(column(Some(alias), &offered.column(*at).name).eq(bound(offered, *at, value)?)))
            })
        })?;
        let rest: Values<'v> = values.iter().filter(|(at, _)| !key.chosen.contains(at)).copied().collect();
        let updatable =
            |at: usize| offered.collection.field(&offered.column(at).name).is_some_and(|field| field.updatable);
        let fixed = rest.iter().find(|(at, _)| !updatable(*at));
        found.push(Existing {
            find: locate.select.statement(scope.snapshot.engine()),
            fixed: fixed.map(|(at, _)| (offered.column(*at).name.clone(), names(offered, &key.chosen))),
            values: rest,
        });
    }
    if found.is_empty() {
        let all: Vec<String> = keys.iter().map(|key| names(offered, &key.chosen)).collect();
        return Err(Error::invalid(format!("`on_conflict` needs a value for {}.", all.join(", or for "))));
    }
    Ok(found)
}

/// Changes the row if there is one, and gives it as its owner sees it.
pub(super) async fn change(
    session: &mut Session,
    work: &Work<'_>,
    offered: &Offered<'_>,
    existing: &Existing<'_>,
) -> Result<Option<Row>, Failed> {
    let Some(cells) = found_if(session, &existing.find).await? else { return Ok(None) };
    if let Some((name, by)) = &existing.fixed {
        return Err(Error::invalid(format!(
            "There is an item with this {by} already, and `{name}` cannot be changed. Leave it out."
        ))
        .into());
    }
    change_row(session, work, offered, &existing.values, &cells, false).await.map(Some)
}

fn names(offered: &Offered<'_>, columns: &[usize]) -> String {
    match offered.table().names(columns) {
        names if names.is_empty() => "its owner".into(),
        names => format!("`{}`", names.join("` and `")),
    }
}
