//! Whose devices are whose.

mod map;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use access::Caller;
use connector::{Error, Result};
use serde_json::Value;
use upstream::{RowSource, Sources};

pub(crate) use self::map::OwnerMap;
use crate::Config;
use crate::td::Thing;

/// The most devices that a claim or a query may name for one user.
const DEVICES_MAX: usize = 10_000;

/// Where it is said whose a device is.
#[derive(Debug)]
pub(crate) struct Owners {
    shared: bool,
    shared_things: HashSet<String>,
    claim: Option<String>,
    rows: Option<Arc<dyn RowSource>>,
}

/// What one caller has.
#[derive(Debug)]
pub(crate) struct Owned {
    shared: bool,
    listed: HashSet<String>,
    /// Of these it is known only now that they are the caller's: a claim or a query says so.
    told: HashSet<String>,
}

/// Why a device is a caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// Everybody has one of their own.
    Own,
    /// The map says so, or it is everybody's.
    Written,
    /// A claim or a query says so now. It may say otherwise tomorrow.
    Told,
}

impl Owners {
    /// Reads what configuration says.
    pub(crate) fn new(name: &str, config: &Config, sources: &dyn Sources) -> Result<Self> {
        let wrong = |what: &str| Error::invalid(format!("[resources.{name}]: {what}."));
        let rows = match &config.owner_query {
            None => None,
            Some(query) => {
                let (sql, action) = query
                    .split_once('.')
                    .ok_or_else(|| wrong("write `owner_query` as RESOURCE.QUERY, such as shop.device_owners"))?;
                Some(sources.rows(sql, action).ok_or_else(|| wrong("`owner_query`: there is no SQL resource to ask"))?)
            }
        };
        Ok(Self {
            shared: config.shared,
            shared_things: config.shared_things.iter().cloned().collect(),
            claim: config.owner_claim.clone(),
            rows,
        })
    }

    /// Whether nothing but each caller's own could be anybody's.
    pub(crate) fn opens(&self, thing: &Thing, map: &OwnerMap) -> bool {
        let asked = self.claim.is_some() || self.rows.is_some();
        thing.own || self.shared || self.shared_things.contains(&thing.id) || asked || map.has(&thing.id)
    }

    /// Whether everybody has it.
    pub(crate) fn is_shared(&self, thing: &Thing) -> bool {
        self.shared || self.shared_things.contains(&thing.id)
    }

    /// What this caller has.
    pub(crate) async fn of(&self, caller: &Caller, map: &OwnerMap) -> Result<Owned> {
        let mut listed: HashSet<String> = map.of(caller.id().as_str()).into_iter().flatten().cloned().collect();
        listed.extend(self.shared_things.iter().cloned());
        let mut told = HashSet::new();
        if let Some(claim) = self.claim.as_deref().and_then(|claim| caller.claim_at(claim)) {
            told.extend(ids(claim));
        }
        if let Some(rows) = &self.rows {
            let rows = rows.rows(caller).await?;
            // The first column is the device; others may be there for people.
            told.extend(rows.iter().filter_map(|row| row.values().next()).flat_map(ids));
        }
        if told.len() > DEVICES_MAX {
            return Err(Error::internal("a claim or query names more devices for one user than are taken"));
        }
        Ok(Owned { shared: self.shared, listed, told })
    }

    /// For `bellhop check`: how a thing is tied to its user.
    pub(crate) fn describe(&self, map: &OwnerMap) -> String {
        let mut by = Vec::new();
        if !map.is_empty() {
            by.push("owners".to_owned());
        }
        by.extend(self.claim.as_ref().map(|claim| format!("the claim {claim}")));
        by.extend(self.rows.as_ref().map(|rows| rows.describe()));
        by.push("the caller in its addresses".to_owned());
        by.join("; ")
    }

    /// Whether everything is everybody's.
    pub(crate) fn all_shared(&self) -> bool {
        self.shared
    }
}

impl Owned {
    /// Why this thing is the caller's; `None` where it is not, and does not exist for them.
    pub(crate) fn why(&self, thing: &Thing) -> Option<Because> {
        if thing.own {
            return Some(Because::Own);
        }
        if self.shared || self.listed.contains(&thing.id) {
            return Some(Because::Written);
        }
        self.told.contains(&thing.id).then_some(Because::Told)
    }
}

fn ids(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(one) if !one.is_empty() => BTreeSet::from([one.clone()]),
        Value::Array(many) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}
