use access::Caller;
use connector::{Context, Error, List, Outcome, Result, Start};
use serde_json::{Map, Value};

use super::matcher::{by, matches};
use crate::{Things, item};

/// The caller's things, as far as is known without asking any device.
pub(super) async fn list(things: &Things, caller: &Caller, list: &List, context: &Context) -> Result<Outcome> {
    let now = things.now();
    let owned = things.owned(&now, caller).await?;
    let mine = now.things.values().filter(|thing| owned.why(thing).is_some());
    let mut items: Vec<Map<String, Value>> = mine
        .map(|thing| {
            let device = things.devices.known(thing, things.whose(thing, caller));
            item::listed(thing, device.as_ref().map(|device| device.state.as_ref()))
        })
        .filter(|item| list.filter.as_ref().is_none_or(|filter| matches(filter, item)))
        .collect();
    let key = [connector::Sort { field: "id".to_owned(), descending: false }];
    items.sort_by(|a, b| by(&list.sort, a, b).then_with(|| by(&key, a, b)));
    let start = match &list.start {
        Start::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX),
        // The list is short and its order is by id in the end: a place in it is a number.
        Start::After(place) => place.parse().map_err(|_| Error::invalid("This cursor is not one of these things."))?,
    };
    let (count, mut bytes, mut page, mut notices) = (items.len(), 2, Vec::new(), Vec::new());
    for mut item in items.into_iter().skip(start).take(list.limit as usize) {
        if let Some(fields) = &list.fields {
            item.retain(|name, _| fields.contains(name));
        }
        let item = Value::Object(item);
        bytes += item.to_string().len() + 1;
        if bytes > context.result_bytes_max {
            notices.push(format!("Cut at {} things: ask for fewer at once, or for fewer `fields`.", page.len()));
            break;
        }
        page.push(item);
    }
    let end = start.saturating_add(page.len());
    // Where not even one thing fits, there is nowhere to go on to.
    let next = (end < count && !page.is_empty()).then(|| end.to_string());
    let outcome = Outcome::of(&page)?;
    Ok(Outcome { count: Some(count as u64), has_more: Some(end < count), next, notices, ..outcome })
}
