//! Devices that are not there: `href: "virtual:"`. They hold their state in this process, for trying things out.
//!
//! A form of a property may say `virtual:initial` (its first value; else the schema's `default`, `minimum` or the like),
//! `virtual:follows` (another property that its number moves to) and `virtual:rate_per_s` (how fast, 0.1 where nothing is
//! said). A form of an action may say `virtual:sets` (properties and their new values; `"$input"` and `"$input.part"` stand
//! for what was given), `virtual:toggles` (a property that is on or off), `virtual:tells` (an event) and `virtual:takes_s`
//! (how long it goes on). `virtual:users/{caller.id}` gives each user a device of their own.

mod device;
mod value;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use connector::{Error, Result};
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;

use self::device::{Changed, Pretended};
use super::{At, Binding, Done, Invoked, Reading, Run, Sink, Status};
use crate::td::{Form, Op};

/// The most devices at once; the oldest are forgotten.
const DEVICES_MAX: usize = 10_000;

/// All devices of one resource, by the thing and the address's own part.
#[derive(Debug, Default)]
pub(crate) struct Simulated {
    devices: Mutex<HashMap<(String, String), Arc<Pretended>>>,
}

impl Simulated {
    fn device(&self, at: &At) -> Arc<Pretended> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (at.thing.id.clone(), at.form.href.clone());
        if let Some(known) = devices.get(&key) {
            return known.clone();
        }
        if devices.len() >= DEVICES_MAX {
            devices.clear();
        }
        let device = Arc::new(Pretended::new(&at.thing));
        devices.insert(key, device.clone());
        device
    }
}

#[async_trait::async_trait]
impl Binding for Simulated {
    fn schemes(&self) -> &'static [&'static str] {
        &["virtual"]
    }

    fn check(&self, _form: &Form, _op: Op) -> Result<(), String> {
        Ok(())
    }

    async fn read(&self, at: &At) -> Result<Reading> {
        Ok(Reading::now(self.device(at).read(&at.thing, &at.name)))
    }

    async fn write(&self, at: &At, value: &Value) -> Result<Done> {
        self.device(at).write(&at.thing, &at.name, value.clone());
        Ok(Done::Confirmed)
    }

    async fn invoke(&self, at: &At, input: Option<&Value>) -> Result<Invoked> {
        let device = self.device(at);
        match at.form.term("virtual", "takes_s").and_then(Value::as_f64).filter(|seconds| *seconds > 0.0) {
            None => Ok(Invoked::Completed(device.act(&at.thing, &at.form, input))),
            Some(seconds) => Ok(Invoked::Running(Run(device.begin(&at.form, input, seconds).to_string()))),
        }
    }

    async fn query(&self, at: &At, run: &Run) -> Result<Status> {
        Ok(self.device(at).status(&at.thing, run.0.parse().unwrap_or_default()))
    }

    async fn cancel(&self, at: &At, run: &Run) -> Result<bool> {
        Ok(self.device(at).stop(run.0.parse().unwrap_or_default()))
    }

    async fn watch(&self, at: &At, sink: &Sink) -> Result<()> {
        let device = self.device(at);
        let mut changes = device.changes();
        sink.standing();
        if at.op == Op::Observe {
            sink.value(Reading::now(device.read(&at.thing, &at.name)));
        }
        // What moves by itself tells so every second.
        let mut ticks = tokio::time::interval(std::time::Duration::from_secs(1));
        let mut last = Value::Null;
        loop {
            tokio::select! {
                change = changes.recv() => match change {
                    Ok(Changed { op, name, value }) if op == at.op && name == at.name => {
                        last = value.clone();
                        sink.value(Reading::now(value));
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Err(Error::unavailable("the device is gone")),
                },
                _ = ticks.tick(), if at.op == Op::Observe => {
                    let value = device.read(&at.thing, &at.name);
                    if value != last {
                        last = value.clone();
                        sink.value(Reading::now(value));
                    }
                }
            }
        }
    }
}
