use std::collections::BTreeMap;
use std::ops::ControlFlow;

use connector::{Aggregate, Context, Error, ErrorKind, Function, Metric, Outcome, Result};
use serde_json::{Map, Value};

use crate::config::Config;
use crate::entry::Entry;
use crate::filter::{Matcher, fields, needs_stat};
use crate::home::{Home, Scope};
use crate::page::Page;
use crate::path::Place;
use crate::sort::compare;

/// Figures over all files that match.
pub(crate) fn aggregate(home: &dyn Home, aggregate: &Aggregate, config: &Config, context: &Context) -> Result<Outcome> {
    for metric in &aggregate.metrics {
        check(metric)?;
    }
    let matcher = aggregate.filter.as_ref().map(Matcher::new).transpose()?;
    let mut entries = Vec::new();
    let walked = home.walk(&scope(aggregate, config), &mut |entry| {
        if matcher.as_ref().is_none_or(|matcher| matcher.matches(&entry)) {
            entries.push(entry);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if walked.cut {
        let max = config.entries_max;
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            format!("There are more than {max} files and folders, too many to add up. List a `folder` instead."),
        ));
    }
    let notices = walked.notices(config.entries_max, config.depth_max);
    let mut groups: BTreeMap<String, (Map<String, Value>, Vec<Entry>)> = BTreeMap::new();
    if aggregate.group_by.is_empty() {
        groups.insert(String::new(), Default::default());
    }
    for entry in entries {
        let by = entry.object(aggregate.group_by.iter().map(|group| group.field.as_str()));
        let name = if by.is_empty() { String::new() } else { serde_json::to_string(&by).map_err(Error::internal)? };
        groups.entry(name).or_insert_with(|| (by, Vec::new())).1.push(entry);
    }
    let mut rows: Vec<_> = groups.into_values().map(|(by, entries)| row(by, &entries, &aggregate.metrics)).collect();
    rows.sort_by(|a, b| {
        aggregate.sort.iter().fold(std::cmp::Ordering::Equal, |so_far, term| {
            so_far.then_with(|| {
                let value = |row: &Map<String, Value>| row.get(&term.field).cloned().unwrap_or(Value::Null);
                let order = compare(&value(a), &value(b));
                if term.descending { order.reverse() } else { order }
            })
        })
    });
    page(rows, aggregate.limit as usize, notices, context)
}

fn page(rows: Vec<Map<String, Value>>, limit: usize, mut notices: Vec<String>, context: &Context) -> Result<Outcome> {
    let count = rows.len();
    let mut page = Page::new(context.result_bytes_max);
    let mut taken = 0;
    for row in rows.into_iter().take(limit) {
        if !page.add(&Value::from(row))? {
            notices.push("The answer grew too large, so not all groups are given.".into());
            break;
        }
        taken += 1;
    }
    Ok(Outcome {
        data: Some(page.into_json()?),
        count: Some(count as u64),
        has_more: Some(taken < count),
        notices,
        ..Outcome::default()
    })
}

fn scope(aggregate: &Aggregate, config: &Config) -> Scope<'static> {
    let filtered = aggregate.filter.as_ref().map(fields).unwrap_or_default();
    let grouped = aggregate.group_by.iter().map(|group| group.field.as_str());
    let measured = aggregate.metrics.iter().filter_map(|metric| metric.field.as_deref());
    let stat = needs_stat(filtered.into_iter().chain(grouped).chain(measured));
    Scope { folders: false, stat, ..Scope::all(Place::TOP, config.entries_max) }
}

fn check(metric: &Metric) -> Result<()> {
    match (metric.function, metric.field.as_deref()) {
        (Function::Count, _) | (Function::Sum | Function::Avg, Some("size")) => Ok(()),
        (Function::Min | Function::Max, Some(_)) => Ok(()),
        (Function::CountDistinct, _) => {
            Err(Error::invalid("Files can be counted, not their different values. Use count with `group_by`."))
        }
        (function, Some(field)) => {
            Err(Error::invalid(format!("`{}` needs a number, and `{field}` is none. Use size.", function.as_str())))
        }
        (function, None) => Err(Error::invalid(format!("`{}` needs a `field`, such as size.", function.as_str()))),
    }
}

fn row(by: Map<String, Value>, entries: &[Entry], metrics: &[Metric]) -> Map<String, Value> {
    let mut row = by;
    for metric in metrics {
        row.insert(metric.name.clone(), figure(metric, entries));
    }
    row
}

/// Null where there is nothing to make it of, as in SQL.
fn figure(metric: &Metric, entries: &[Entry]) -> Value {
    let Some(field) = metric.field.as_deref() else { return entries.len().into() };
    let values = entries.iter().map(|entry| entry.value(field)).filter(|value| !value.is_null());
    let sizes = || entries.iter().filter_map(|entry| entry.value("size").as_u64());
    match metric.function {
        Function::Count | Function::CountDistinct => values.count().into(),
        Function::Sum if sizes().next().is_none() => Value::Null,
        Function::Sum => sizes().fold(0_u64, u64::saturating_add).into(),
        Function::Avg => {
            let (count, sum) = sizes().fold((0_u64, 0_f64), |(count, sum), size| (count + 1, sum + size as f64));
            if count == 0 { Value::Null } else { (sum / count as f64).into() }
        }
        Function::Min => values.min_by(compare).unwrap_or(Value::Null),
        Function::Max => values.max_by(compare).unwrap_or(Value::Null),
    }
}
