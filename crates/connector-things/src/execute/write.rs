use connector::{Error, ErrorKind, Outcome, Result};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::at::Reached;
use super::{Call, unknown, value};
use crate::binding::{Done, Reading};
use crate::device::Sort;
use crate::td::Op;

/// What is said of a command that left and was not confirmed.
pub(super) const SENT: &str = "sent, not confirmed";

/// What to do then.
pub(super) const LOOK: &str =
    "The command was sent once, and nothing says whether the device has done it: read its state before you try again.";

/// Sets a property.
pub(super) async fn write(call: &Call<'_>) -> Result<Outcome> {
    let mine = call.things.mine(call.caller, call.required("thing")?).await?;
    let (device, name) = (&mine.device, call.required("property")?);
    let property = device.thing.properties.get(name);
    let property = property.ok_or_else(|| unknown("property", name, device.thing.properties.keys().cloned()))?;
    if property.read_only {
        return Err(Error::new(ErrorKind::Unsupported, format!("`{name}` can only be read. Nothing was sent.")));
    }
    let new = call.input.get("value").cloned().unwrap_or(Value::Null);
    value::check(&new, &property.schema, &format!("`{name}`"), property.unit.as_deref())?;
    let reached = Reached {
        thing: &device.thing,
        name,
        forms: &property.forms,
        variables: &property.variables,
        schema: property.schema.clone(),
        output: json!({}),
    };
    let (binding, at) = call.at(&reached, Op::Write).await?;
    device.may_command()?;
    let _turn = device.turn(at.timeout).await?;
    // What did not answer in time may have been done.
    let done = match timeout(at.timeout, binding.write(&at, &new)).await {
        Ok(done) => done.map_err(|error| device.state.away(error))?,
        Err(_) => Done::Sent,
    };
    if done == Done::Confirmed && !property.write_only {
        device.state.keep(Sort::Property, name, &Reading::now(new.clone()));
    }
    let is_done = done == Done::Confirmed;
    let data = json!({
        "thing": device.thing.id,
        "property": name,
        "value": new,
        "unit": property.unit,
        "outcome": if is_done { "completed" } else { SENT },
    });
    let notices = if is_done { Vec::new() } else { vec![LOOK.to_owned()] };
    Ok(Outcome { notices, ..call.outcome(&data)? })
}
