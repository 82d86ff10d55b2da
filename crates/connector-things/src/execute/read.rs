use connector::{Error, ErrorKind, Outcome, Result};
use serde_json::json;
use tokio::time::timeout;

use super::at::Reached;
use super::{Call, unknown, value};
use crate::binding::At;
use crate::device::Sort;
use crate::td::Op;

/// A property's value now.
pub(super) async fn read(call: &Call<'_>) -> Result<Outcome> {
    let mine = call.things.mine(call.caller, call.required("thing")?).await?;
    let (device, name) = (&mine.device, call.required("property")?);
    let property = device.thing.properties.get(name);
    let property = property.ok_or_else(|| unknown("property", name, device.thing.properties.keys().cloned()))?;
    if property.write_only {
        return Err(Error::new(ErrorKind::Unsupported, format!("`{name}` can be written and not read.")));
    }
    let can_read = property.forms.iter().any(|form| form.ops.contains(&Op::Read));
    if !can_read {
        let message = format!("`{name}` cannot be asked for; the device tells it when it changes. Use `history`.");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let reached = Reached {
        thing: &device.thing,
        name,
        forms: &property.forms,
        variables: &property.variables,
        schema: property.schema.clone(),
        output: json!({}),
    };
    let (binding, at) = call.at(&reached, Op::Read).await?;
    device.may_read()?;
    let reading = match timeout(at.timeout, binding.read(&at)).await {
        Ok(reading) => reading.map_err(|error| device.state.away(error))?,
        Err(_) => return Err(device.state.away(late(&at))),
    };
    if !reading.retained {
        device.state.seen();
    }
    value::check_answer(&reading.value, &property.schema, name)?;
    device.state.keep(Sort::Property, name, &reading);
    call.outcome(&json!({
        "thing": device.thing.id,
        "property": name,
        "value": reading.value,
        "unit": property.unit,
        "at": reading.at.round(jiff::Unit::Millisecond).unwrap_or(reading.at).to_string(),
    }))
}

/// Nothing came in time.
pub(super) fn late(at: &At) -> Error {
    let message = format!("It did not answer within {} ms.", at.timeout.as_millis());
    Error::new(ErrorKind::Timeout, message)
}
