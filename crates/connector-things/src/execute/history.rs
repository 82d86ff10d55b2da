use connector::{Error, Outcome, Result};
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::{Call, unknown};
use crate::connect::Mine;
use crate::device::{Entry, Sort};
use crate::owner::Because;

/// How many values where nothing is said.
const LIMIT: u64 = 100;

/// What a device told, the newest first.
pub(super) async fn history(call: &Call<'_>) -> Result<Outcome> {
    let mine = call.things.mine(call.caller, call.required("thing")?).await?;
    let device = &mine.device;
    let thing = &device.thing;
    let (sort, name, unit) = match (call.text("property"), call.text("event")) {
        (Some(name), None) => {
            let property = thing.properties.get(name);
            let property = property.ok_or_else(|| unknown("property", name, thing.properties.keys().cloned()))?;
            (Sort::Property, name, property.unit.clone())
        }
        (None, Some(name)) => {
            let event = thing.events.get(name);
            let event = event.ok_or_else(|| unknown("event", name, thing.events.keys().cloned()))?;
            (Sort::Event, name, event.unit.clone())
        }
        _ => return Err(Error::invalid("Say of what: either `property` or `event`.")),
    };
    let since = when(call, "since")?.max(known_since(call, &mine));
    let until = when(call, "until")?;
    let within =
        |entry: &Entry| since.is_none_or(|since| entry.at >= since) && until.is_none_or(|until| entry.at <= until);
    let limit = call.input.get("limit").and_then(Value::as_u64).unwrap_or(LIMIT).clamp(1, 1_000);
    let found: Vec<_> = device.state.history(sort, name).into_iter().filter(within).collect();
    let (count, mut bytes, mut page) = (found.len(), 2, Vec::new());
    for entry in found.into_iter().rev().take(usize::try_from(limit).unwrap_or(usize::MAX)) {
        let at = entry.at.round(jiff::Unit::Millisecond).unwrap_or(entry.at);
        let row = json!({"at": at.to_string(), "value": entry.value, "unit": unit});
        bytes += row.to_string().len() + 1;
        if bytes > call.context.result_bytes_max {
            break;
        }
        page.push(row);
    }
    let has_more = page.len() < count;
    let mut notices = Vec::new();
    if has_more {
        notices
            .push(format!("The newest {} of {count}: ask for a narrower time with `since` and `until`.", page.len()));
    }
    if count == 0 && !device.is_watched() {
        notices.push("Nothing tells of this by itself: only what was read or written through here is kept.".to_owned());
    }
    let outcome = Outcome::of(&page)?;
    Ok(Outcome { count: Some(count as u64), has_more: Some(has_more), notices, ..outcome })
}

/// From when on it may be shown, where another had the device before.
fn known_since(call: &Call<'_>, mine: &Mine) -> Option<Timestamp> {
    match mine.because {
        Because::Told => mine.device.state.holder(call.caller.key()),
        Because::Own | Because::Written => None,
    }
}

/// A time, or how long ago.
fn when(call: &Call<'_>, name: &str) -> Result<Option<Timestamp>> {
    let Some(text) = call.text(name).map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Some(at));
    }
    let wrong = || {
        Error::invalid(format!(
            "`{name}` is a time such as 2026-11-22T20:00:00Z, or how long ago, such as PT1H or P1D."
        ))
    };
    let span: Span = text.trim_start_matches('-').parse().map_err(|_| wrong())?;
    let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    now.checked_sub(span).map(|at| Some(at.timestamp())).map_err(|_| wrong())
}
