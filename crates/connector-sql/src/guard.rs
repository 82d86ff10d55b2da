//! What large tables are spared.

use connector::{Comparison, CountIs, Error, ErrorKind, Filter, List, OperationKind, Parameter, Result};
use serde_json::{Value, json};

use crate::Config;
use crate::catalog::{Offered, Snapshot};
use crate::config::{Count, SortUnindexed};
use crate::introspect::sizes::Size;
use crate::schema::{Engine, Form};

/// How lists of one table are counted and sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guard {
    pub(crate) count: Count,
    pub(crate) exact_max: u64,
    refuse_sort: bool,
    /// Whether it has more rows than are counted exactly.
    large: bool,
    /// Whether its size is not known.
    unknown: bool,
    /// Columns in whose order an index can give one owner's rows.
    indexed: Vec<usize>,
}

/// How a total is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    Exact,
    /// Up to this many; one more than that stands for "at least".
    UpTo(u64),
    Planner,
    None,
}

/// The argument that asks for another way of counting.
const COUNT: &str = "count";

/// Decides for every table, and lets callers choose how large ones are counted.
pub(crate) fn set(snapshot: &mut Snapshot, config: &Config, sizes: &[Size]) {
    let guards = (0..snapshot.schema.tables.len()).map(|at| guard(snapshot, config, at, sizes.get(at))).collect();
    snapshot.guards = guards;
    let catalog = std::sync::Arc::make_mut(&mut snapshot.catalog);
    for collection in &mut catalog.collections {
        let at = snapshot.schema.find(&collection.name);
        let chooses = at
            .and_then(|at| snapshot.guards.get(at))
            .is_some_and(|guard| guard.large && matches!(guard.count, Count::Auto | Count::Estimated));
        if chooses && collection.operations.contains(&OperationKind::List) {
            collection.parameters.entry(OperationKind::List).or_default().push(Parameter {
                name: COUNT.into(),
                description: "How to count what matches: there are many. exact may be slow.".into(),
                schema: json!({"enum": ["exact", "estimated", "none"]}),
                required: false,
            });
        }
    }
}

fn guard(snapshot: &Snapshot, config: &Config, at: usize, size: Option<&Size>) -> Guard {
    let table = &snapshot.schema.tables[at];
    let settings = config.tables.get(&table.label);
    let rows = size.and_then(|size| size.rows);
    // An index that begins with the owner orders the owner's rows by what follows.
    let owners: Vec<usize> = snapshot.owners.tables[at].bonds.iter().map(|bond| bond.column).collect();
    let first = |columns: &Vec<usize>| columns.iter().copied().find(|column| !owners.contains(column));
    Guard {
        count: settings.and_then(|settings| settings.count).unwrap_or(config.count),
        exact_max: config.count_exact_max,
        refuse_sort: config.sort_unindexed == SortUnindexed::Refuse,
        large: rows.is_some_and(|rows| rows > config.count_exact_max),
        unknown: rows.is_none() && table.form == Form::View,
        indexed: size.map(|size| size.indexes.iter().filter_map(first).collect()).unwrap_or_default(),
    }
}

impl Guard {
    /// How this list is counted.
    pub(crate) fn counting(&self, engine: Engine, list: &List) -> Counting {
        let asked = match list.options.get(COUNT).and_then(Value::as_str) {
            Some("exact") => Count::Exact,
            Some("estimated") => Count::Estimated,
            Some("none") => Count::None,
            _ => self.count,
        };
        match asked {
            Count::Exact => Counting::Exact,
            Count::Auto if !self.large && !self.unknown => Counting::Exact,
            Count::Auto => Counting::UpTo(self.exact_max),
            Count::Estimated if engine == Engine::Postgres => Counting::Planner,
            Count::Estimated => Counting::UpTo(self.exact_max),
            Count::None => Counting::None,
        }
    }

    /// Refuses what the configuration wants refused, and gives what a caller should know.
    pub(crate) fn check(&self, offered: &Offered<'_>, list: &List) -> Result<Vec<String>> {
        let mut notices = Vec::new();
        if !self.large {
            return Ok(notices);
        }
        let name = &offered.collection.name;
        let column = |field: &str| offered.field(field, |_| true);
        let unindexed = |field: &str| column(field).is_some_and(|at| !self.indexed.contains(&at));
        if let Some(term) = list.sort.first().filter(|term| unindexed(&term.field)) {
            let field = &term.field;
            let ordered: Vec<String> = (offered.collection.fields.iter())
                .filter(|field| field.sortable && !unindexed(&field.name))
                .map(|field| format!("`{}`", field.name))
                .collect();
            let instead = match ordered.is_empty() {
                true => "Leave `sort` out.".to_owned(),
                false => format!("Sort by {} instead.", ordered.join(", ")),
            };
            if self.refuse_sort {
                return Err(Error::new(
                    ErrorKind::LimitExceeded,
                    format!("{name} is too large to be sorted by `{field}`, which has no index. {instead}"),
                ));
            }
            notices.push(format!("Sorting {name} by `{field}` is slow: no index has this order. {instead}"));
        }
        if let Some(field) = list.filter.as_ref().and_then(searched) {
            notices.push(format!(
                "Searching {name} for a part of `{field}` reads all that the other filters let through. Add some that \
                 match whole values."
            ));
        }
        Ok(notices)
    }
}

/// A field of which parts are searched for.
fn searched(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::And(filters) | Filter::Or(filters) => filters.iter().find_map(searched),
        Filter::Not(filter) => searched(filter),
        Filter::Compare { field, comparison: Comparison::Contains(_) | Comparison::StartsWith(_) } => Some(field),
        Filter::Compare { .. } => None,
    }
}

/// A total as it goes into the answer.
pub(crate) fn said(counting: Counting, total: Option<u64>) -> (Option<u64>, Option<CountIs>) {
    match (counting, total) {
        (Counting::UpTo(most), Some(total)) if total > most => (Some(most), Some(CountIs::AtLeast)),
        (_, total) => (total, None),
    }
}
