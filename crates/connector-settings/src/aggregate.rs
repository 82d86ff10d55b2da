use std::collections::BTreeMap;

use connector::{Aggregate, Context, Error, Function, Outcome, Result};
use serde_json::{Map, Value};

use crate::execute::Room;
use crate::list::matching;
use crate::page::Page;
use crate::sort::compare;
use crate::space::Space;

/// How many settings match, in all or for each value of a field.
pub(crate) async fn aggregate(room: &Room, space: &Space, aggregate: &Aggregate, context: &Context) -> Result<Outcome> {
    if aggregate.metrics.iter().any(|metric| metric.function != Function::Count || metric.field.is_some()) {
        return Err(Error::invalid("Settings can only be counted: use count without a `field`."));
    }
    let mut groups: BTreeMap<String, (Map<String, Value>, u64)> = BTreeMap::new();
    if aggregate.group_by.is_empty() {
        groups.insert(String::new(), Default::default());
    }
    for item in matching(room, space, aggregate.filter.as_ref()).await? {
        let by = item.object(aggregate.group_by.iter().map(|group| group.field.as_str()));
        let name = if by.is_empty() { String::new() } else { serde_json::to_string(&by).map_err(Error::internal)? };
        groups.entry(name).or_insert_with(|| (by, 0)).1 += 1;
    }
    let mut rows: Vec<Map<String, Value>> = groups
        .into_values()
        .map(|(mut row, count)| {
            row.extend(aggregate.metrics.iter().map(|metric| (metric.name.clone(), count.into())));
            row
        })
        .collect();
    rows.sort_by(|one, other| {
        aggregate.sort.iter().fold(std::cmp::Ordering::Equal, |so_far, term| {
            so_far.then_with(|| {
                let value = |row: &Map<String, Value>| row.get(&term.field).cloned().unwrap_or(Value::Null);
                let order = compare(&value(one), &value(other));
                if term.descending { order.reverse() } else { order }
            })
        })
    });
    let count = rows.len();
    let mut page = Page::new(context.result_bytes_max);
    let (mut taken, mut notices) = (0, Vec::new());
    for row in rows.into_iter().take(aggregate.limit as usize) {
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
