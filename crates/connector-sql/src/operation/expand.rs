//! Related items that come along: `expand` of `list` and `get`.

use std::collections::BTreeMap;

use connector::{Error, Result};
use indexmap::IndexMap;
use sea_query::Expr;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::catalog::{DEPTH_MAX, NAMES_MAX, Offered, RELATED_MAX, Relation};
use crate::sql::nest;
use crate::sql::scope::Scope;

/// Which relations are followed, as a tree.
pub(super) struct Expand<'a> {
    branches: Vec<Branch<'a>>,
}

struct Branch<'a> {
    relation: &'a Relation,
    to: Offered<'a>,
    branches: Vec<Branch<'a>>,
}

/// Paths whose items were cut, with what says how to list the rest.
pub(super) type Cut = BTreeMap<String, String>;

impl<'a> Expand<'a> {
    /// Reads the `expand` argument.
    pub(super) fn read(offered: &Offered<'a>, options: &Map<String, Value>) -> Result<Self> {
        let mut branches = Vec::new();
        let paths = options.get("expand").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if paths.len() > NAMES_MAX {
            return Err(Error::invalid(format!("`expand` has more than {NAMES_MAX} names.")));
        }
        for path in paths {
            let path = path.as_str().unwrap_or_default();
            let steps: Vec<&str> = path.split('.').collect();
            if steps.len() > DEPTH_MAX {
                return Err(Error::invalid(format!("`expand` leads deeper than {DEPTH_MAX} steps: `{path}`.")));
            }
            grow(offered, &steps, &mut branches)?;
        }
        Ok(Self { branches })
    }

    /// `row`, a row of the table called `alias`, with what comes along.
    pub(super) fn row(&self, scope: &Scope<'_>, row: Expr, alias: &str) -> Result<Expr> {
        nested(scope, &self.branches, row, alias)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.branches.is_empty()
    }

    /// Whether anything comes along that may have to be cut.
    pub(super) fn has_lists(&self) -> bool {
        fn any(branches: &[Branch<'_>]) -> bool {
            branches.iter().any(|branch| branch.relation.many || any(&branch.branches))
        }
        any(&self.branches)
    }

    /// An item's JSON with no list longer than it may be.
    pub(super) fn trim(&self, json: String, cut: &mut Cut) -> String {
        trimmed(&self.branches, &json, "", cut).unwrap_or(json)
    }
}

/// What to say of lists that were cut.
pub(super) fn notices(cut: Cut) -> impl Iterator<Item = String> {
    cut.into_iter()
        .map(|(path, rest)| format!("`{path}` holds the first {RELATED_MAX} of each item. For the rest {rest}."))
}

fn grow<'a>(offered: &Offered<'a>, steps: &[&str], branches: &mut Vec<Branch<'a>>) -> Result<()> {
    let Some((step, rest)) = steps.split_first() else { return Ok(()) };
    let relations = offered.snapshot.relations(offered.offer.table);
    let relation = relations.iter().find(|relation| relation.name == *step).ok_or_else(|| unknown(offered, step))?;
    let at = match branches.iter().position(|branch| branch.relation == relation) {
        Some(at) => at,
        None => {
            let to = offered.snapshot.offer(&relation.collection)?;
            branches.push(Branch { relation, to, branches: Vec::new() });
            branches.len() - 1
        }
    };
    let branch = &mut branches[at];
    grow(&branch.to.clone(), rest, &mut branch.branches)
}

fn unknown(offered: &Offered<'_>, step: &str) -> Error {
    let names: Vec<&str> =
        offered.snapshot.relations(offered.offer.table).iter().map(|relation| relation.name.as_str()).collect();
    let known = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    let step: String = step.chars().take(80).collect();
    Error::invalid(format!(
        "`expand` names `{step}`, which {} does not lead to. It leads to: {known}.",
        offered.collection.name
    ))
}

fn nested(scope: &Scope<'_>, branches: &[Branch<'_>], row: Expr, alias: &str) -> Result<Expr> {
    let member = |branch: &Branch<'_>| {
        let inner = |related: &str| nested(scope, &branch.branches, nest::listed(&branch.to, related), related);
        match branch.relation.many {
            true => nest::children(scope, branch.relation, alias, RELATED_MAX + 1, inner),
            false => nest::parent(scope, branch.relation, alias, inner),
        }
    };
    let members = branches
        .iter()
        .map(|branch| Ok((branch.relation.name.as_str(), member(branch)?)))
        .collect::<Result<Vec<_>>>()?;
    Ok(nest::with(scope.snapshot.engine(), row, members))
}

/// Values that are not on the way stay the database's own text.
fn trimmed(branches: &[Branch<'_>], json: &str, path: &str, cut: &mut Cut) -> Option<String> {
    if branches.is_empty() {
        return None;
    }
    let mut object: IndexMap<String, Box<RawValue>> = serde_json::from_str(json).ok()?;
    for branch in branches {
        let value = object.get_mut(&branch.relation.name)?;
        let path = format!("{path}{}", branch.relation.name);
        let below = format!("{path}.");
        if !branch.relation.many {
            if let Some(text) = trimmed(&branch.branches, value.get(), &below, cut) {
                *value = RawValue::from_string(text).ok()?;
            }
            continue;
        }
        let mut items: Vec<Box<RawValue>> = serde_json::from_str(value.get()).ok()?;
        if items.len() > RELATED_MAX {
            items.truncate(RELATED_MAX);
            cut.insert(path, rest(branch));
        }
        for item in &mut items {
            if let Some(text) = trimmed(&branch.branches, item.get(), &below, cut) {
                *item = RawValue::from_string(text).ok()?;
            }
        }
        *value = serde_json::value::to_raw_value(&items).ok()?;
    }
    serde_json::to_string(&object).ok()
}

fn rest(branch: &Branch<'_>) -> String {
    let table = branch.to.table();
    let key = &table.foreign[branch.relation.foreign];
    let names = table.names(&key.columns).into_iter().filter(|name| branch.to.collection.field(name).is_some());
    format!("list {} with `filters` on `{}`", branch.relation.collection, names.collect::<Vec<_>>().join("` and `"))
}
