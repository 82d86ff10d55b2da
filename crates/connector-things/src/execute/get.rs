use access::Caller;
use connector::{Context, Error, ErrorKind, Get, Outcome, Result};
use serde_json::Value;

use crate::{Things, catalog, item};

/// One thing, with all that it has.
pub(super) async fn get(things: &Things, caller: &Caller, get: &Get, context: &Context) -> Result<Outcome> {
    let missing = || Error::not_found(catalog::THINGS);
    let id = get.identifier.single().and_then(Value::as_str).ok_or_else(missing)?;
    let mine = things.mine(caller, id).await?;
    let device = &mine.device;
    let mut shown = item::listed(&device.thing, Some(&device.state));
    shown.extend(item::details(&device.thing, things.identity.binds(), things.config.read_only));
    if let Some(fields) = &get.fields {
        shown.retain(|name, _| fields.contains(name));
    }
    let outcome = Outcome::of(&shown)?;
    let bytes = outcome.data.as_ref().map_or(0, |data| data.get().len());
    if bytes > context.result_bytes_max {
        let message = "This thing has more than one answer may hold: ask for some of its `fields`.";
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    Ok(outcome)
}
