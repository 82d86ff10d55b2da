use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use upstream::Reach;

use super::bus::Bus;
use super::config::ModbusConfig;
use super::exchange::{self, Held};
use super::form::{self, Place, Span};
use super::layout::Layout;
use crate::binding::{At, Binding, Done, Invoked, Reading, Sink};
use crate::td::{Form, Op};

/// The shortest time between two reads of a watched property, whatever its form says.
const POLL_LEAST: Duration = Duration::from_millis(100);

/// Modbus devices.
#[derive(Debug)]
pub(crate) struct Modbus {
    config: Arc<ModbusConfig>,
    reach: Reach,
    buses: Mutex<HashMap<Place, Arc<Bus>>>,
}

/// What a call means on its bus.
struct Task {
    bus: Arc<Bus>,
    span: Span,
    layout: Layout,
    limit: Duration,
}

impl Modbus {
    /// Connects to nothing yet.
    pub(crate) fn new(config: &ModbusConfig, reach: Reach) -> Self {
        Self { config: Arc::new(config.clone()), reach, buses: Mutex::default() }
    }

    fn task(&self, at: &At, form: &Form, op: Op) -> Result<Task> {
        let wrong = |why: String| {
            Error::new(ErrorKind::Unsupported, "The device's description cannot be followed there.").with_source(why)
        };
        if !at.scheme.is_none() {
            return Err(wrong("Modbus knows no accounts, and the description asks for one".into()));
        }
        let (place, span) = form::read(form, op, self.config.zero_based, at.thing.named).map_err(wrong)?;
        let layout = Layout::of(form, &span, &at.schema).map_err(wrong)?;
        let end = u32::from(span.address) + u32::from(layout.quantity);
        if end > 1 << 16 {
            return Err(wrong("it reaches beyond the last address".into()));
        }
        let limit = span.timeout.unwrap_or(Duration::from_millis(self.config.timeout_ms)).min(at.timeout);
        Ok(Task { bus: self.bus(place)?, span, layout, limit })
    }

    fn bus(&self, place: Place) -> Result<Arc<Bus>> {
        let mut buses = self.buses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bus) = buses.get(&place) {
            return Ok(bus.clone());
        }
        if buses.len() >= self.config.buses_max {
            // Those that nobody uses give way.
            buses.retain(|_, bus| Arc::strong_count(bus) > 1);
        }
        if buses.len() >= self.config.buses_max {
            return Err(Error::new(ErrorKind::LimitExceeded, "Too many buses are open: see `modbus.buses_max`."));
        }
        let bus = Arc::new(Bus::new(place.clone(), self.config.clone(), self.reach.clone()));
        buses.insert(place, bus.clone());
        Ok(bus)
    }

    async fn command(&self, at: &At, value: &Value) -> Result<Done> {
        let task = self.task(at, &at.form, at.op)?;
        let began = Instant::now();
        let held = Held::of(&task.layout, task.span.entity, value)?;
        let written = exchange::write(&task.bus, &task.span, &held, task.limit).await;
        let acknowledged = match written {
            // The device's own answer: it has taken the value.
            Ok(()) => Done::Confirmed,
            Err(fault) => fault.into_done()?,
        };
        let Some(form) = &at.confirm else { return Ok(acknowledged) };
        let Ok(back) = self.task(at, form, Op::Read) else { return Ok(acknowledged) };
        let left = at.timeout.saturating_sub(began.elapsed()).min(back.limit);
        let read = exchange::read(&back.bus, &back.span, back.layout.quantity, left).await;
        match read.ok().and_then(|held| held.value(&back.layout).ok()) {
            // What it holds now decides, also where its answer was lost: it was sent once, and not again.
            Some(now) if same(&now, value) => Ok(Done::Confirmed),
            Some(_) => Ok(Done::Sent),
            None => Ok(acknowledged),
        }
    }

    async fn value(&self, at: &At) -> Result<Value> {
        let task = self.task(at, &at.form, Op::Read)?;
        let held = exchange::read(&task.bus, &task.span, task.layout.quantity, task.limit).await;
        held.map_err(super::fault::Fault::into_error)?.value(&task.layout)
    }
}

/// Whether two values are the same, numbers as precisely as a device of 32 bits keeps them.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) if one == other => true,
        (Value::Number(one), Value::Number(other)) => {
            let (Some(one), Some(other)) = (one.as_f64(), other.as_f64()) else { return false };
            (one - other).abs() <= 1e-6 * one.abs().max(other.abs())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::String(one), Value::String(other)) => one.trim_end_matches(' ') == other.trim_end_matches(' '),
        _ => one == other,
    }
}

#[async_trait::async_trait]
impl Binding for Modbus {
    fn schemes(&self) -> &'static [&'static str] {
        &["modbus+tcp", "modbus+rtu"]
    }

    fn check(&self, form: &Form, op: Op) -> Result<(), String> {
        if matches!(op, Op::Query | Op::Cancel | Op::Subscribe) {
            return Err("Modbus has no events, and its actions end with their answer".into());
        }
        // Whether the description is named is not known here: `read` refuses then.
        match form::read(form, op, self.config.zero_based, true)? {
            (Place::Serial { line }, _) if !self.config.lines.contains_key(&line) => {
                Err("its serial line is not among `modbus.lines`".into())
            }
            _ => Ok(()),
        }
    }

    async fn read(&self, at: &At) -> Result<Reading> {
        Ok(Reading::now(self.value(at).await?))
    }

    async fn write(&self, at: &At, value: &Value) -> Result<Done> {
        self.command(at, value).await
    }

    async fn invoke(&self, at: &At, input: Option<&Value>) -> Result<Invoked> {
        // An action without an input is a coil that is switched on, or a register that is set to 1.
        let value = input.cloned().unwrap_or(match form::read(&at.form, at.op, self.config.zero_based, true) {
            Ok((_, span)) if !span.entity.is_bits() => Value::from(1),
            _ => Value::Bool(true),
        });
        match self.command(at, &value).await? {
            Done::Confirmed => Ok(Invoked::Completed(None)),
            Done::Sent => Ok(Invoked::Sent),
        }
    }

    async fn watch(&self, at: &At, sink: &Sink) -> Result<()> {
        let task = self.task(at, &at.form, Op::Read)?;
        let every = task.span.polling.unwrap_or(Duration::from_millis(self.config.poll_ms)).max(POLL_LEAST);
        sink.standing();
        loop {
            sink.value(Reading::now(self.value(at).await?));
            sleep(every).await;
        }
    }
}
