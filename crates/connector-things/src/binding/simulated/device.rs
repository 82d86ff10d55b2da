use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::Status;
use super::value::{filled, initial, moved, shown, term};
use crate::td::{Form, Op, Thing};

/// How many changes a slow listener may be behind.
const CHANGES_MAX: usize = 64;

/// The most actions that go on at once.
const RUNS_MAX: usize = 32;

/// How fast a property moves to the one that it follows, where its form says nothing.
const RATE_PER_S: f64 = 0.1;

/// One pretended device.
#[derive(Debug)]
pub(super) struct Pretended {
    inner: Mutex<Inner>,
    changes: broadcast::Sender<Changed>,
}

#[derive(Debug, Default)]
struct Inner {
    values: HashMap<String, Value>,
    moved: Option<Instant>,
    runs: HashMap<u64, RunOf>,
    last_run: u64,
}

#[derive(Debug)]
struct RunOf {
    form: Form,
    input: Option<Value>,
    began: Instant,
    takes: Duration,
}

/// Something changed.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    /// To be observed, or subscribed to.
    pub(super) op: Op,
    /// Of what.
    pub(super) name: String,
    /// The new value.
    pub(super) value: Value,
}

impl Pretended {
    pub(super) fn new(thing: &Thing) -> Self {
        let values = thing.properties.iter().map(|(name, property)| (name.clone(), initial(property))).collect();
        let inner = Mutex::new(Inner { values, moved: Some(Instant::now()), ..Inner::default() });
        Self { inner, changes: broadcast::channel(CHANGES_MAX).0 }
    }

    pub(super) fn changes(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    pub(super) fn read(&self, thing: &Thing, name: &str) -> Value {
        let mut inner = self.inner();
        inner.advance(thing);
        let value = inner.values.get(name).cloned().unwrap_or(Value::Null);
        let moves = thing.properties.get(name).is_some_and(|it| term(it, "follows").is_some());
        if moves { shown(value) } else { value }
    }

    pub(super) fn write(&self, thing: &Thing, name: &str, value: Value) {
        let mut inner = self.inner();
        // What follows it went by the old value until now.
        inner.advance(thing);
        inner.values.insert(name.to_owned(), value.clone());
        self.tell(Op::Observe, name, value);
    }

    /// Does what the action's form says, and gives what its `virtual:gives` says.
    pub(super) fn act(&self, thing: &Thing, form: &Form, input: Option<&Value>) -> Option<Value> {
        for (name, template) in form.term("virtual", "sets").and_then(Value::as_object).into_iter().flatten() {
            if let Some(value) = filled(template, input) {
                self.write(thing, name, value);
            }
        }
        if let Some(name) = form.text("virtual", "toggles") {
            let is_on = self.read(thing, name) == json!(true);
            self.write(thing, name, json!(!is_on));
        }
        if let Some(name) = form.text("virtual", "tells") {
            self.tell(Op::Subscribe, name, input.cloned().unwrap_or(Value::Null));
        }
        form.term("virtual", "gives").and_then(|template| filled(template, input))
    }

    /// Begins an action that goes on, and names it.
    pub(super) fn begin(&self, form: &Form, input: Option<&Value>, seconds: f64) -> u64 {
        let mut inner = self.inner();
        if inner.runs.len() >= RUNS_MAX {
            inner.runs.clear();
        }
        inner.last_run += 1;
        let number = inner.last_run;
        let takes = Duration::from_secs_f64(seconds.clamp(0.0, 86_400.0));
        let run = RunOf { form: form.clone(), input: input.cloned(), began: Instant::now(), takes };
        inner.runs.insert(number, run);
        number
    }

    pub(super) fn status(&self, thing: &Thing, number: u64) -> Status {
        let done = {
            let mut inner = self.inner();
            let Some(run) = inner.runs.get(&number) else { return Status::Failed("it was stopped".to_owned()) };
            let elapsed = run.began.elapsed();
            if elapsed < run.takes {
                return Status::Running { part: Some(elapsed.as_secs_f64() / run.takes.as_secs_f64()) };
            }
            inner.runs.remove(&number)
        };
        Status::Completed(done.and_then(|run| self.act(thing, &run.form, run.input.as_ref())))
    }

    pub(super) fn stop(&self, number: u64) -> bool {
        self.inner().runs.remove(&number).is_some()
    }

    fn tell(&self, op: Op, name: &str, value: Value) {
        // Nobody may be listening.
        let _ = self.changes.send(Changed { op, name: name.to_owned(), value });
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Lets what follows another property move as far as it does in the time that went by.
    fn advance(&mut self, thing: &Thing) {
        let now = Instant::now();
        let seconds = self.moved.replace(now).map_or(0.0, |last| now.duration_since(last).as_secs_f64());
        for (name, property) in &thing.properties {
            let Some(leader) = term(property, "follows").and_then(Value::as_str) else { continue };
            let rate = term(property, "rate_per_s").and_then(Value::as_f64).unwrap_or(RATE_PER_S);
            let number = |name: &str| self.values.get(name).and_then(Value::as_f64);
            if let (Some(from), Some(to)) = (number(name), number(leader)) {
                let exact = if (to - from).abs() < f64::EPSILON { to } else { moved(from, to, rate * seconds) };
                self.values.insert(name.clone(), json!(exact));
            }
        }
    }
}
