use serde_json::{Map, Value};

use super::condition::Conditions;

/// What a message says about which items it means.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) conditions: Conditions,
    pub(crate) sort: Vec<Sort>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: Option<u64>,
    pub(crate) page: Option<u64>,
    pub(crate) fields: Vec<String>,
    pub(crate) group_by: Vec<String>,
    /// `last`, `cheapest`, …: how the answer calls a page that begins somewhere else than at the start.
    pub(crate) order: Option<String>,
    /// The message names a user.
    pub(crate) claimed: bool,
    /// `top 5`: largest first, of whatever it is sorted by.
    pub(crate) top: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sort {
    pub(crate) field: String,
    pub(crate) descending: bool,
}

impl Sort {
    fn to_value(&self) -> Value {
        if self.descending { format!("-{}", self.field).into() } else { self.field.clone().into() }
    }
}

/// Items of a list that names no number.
const LIMIT: u64 = 20;

impl Query {
    /// Which items and nothing else.
    pub(crate) fn filters(&self) -> Map<String, Value> {
        self.conditions.to_filters().map(|filters| ("filters".to_owned(), filters)).into_iter().collect()
    }

    /// The arguments of `list`.
    pub(crate) fn list(&self) -> Map<String, Value> {
        let mut arguments = self.filters();
        if !self.sort.is_empty() {
            arguments.insert("sort".into(), self.sort.iter().map(Sort::to_value).collect());
        }
        if !self.fields.is_empty() {
            arguments.insert("fields".into(), self.fields.clone().into());
        }
        let limit = self.limit.unwrap_or(LIMIT);
        arguments.insert("limit".into(), limit.into());
        let page = self.page.map(|page| page.saturating_sub(1).saturating_mul(limit));
        if let Some(offset) = self.offset.or(page).filter(|offset| *offset > 0) {
            arguments.insert("offset".into(), offset.into());
        }
        arguments
    }
}
