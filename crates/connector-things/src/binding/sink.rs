use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

/// A value, and when it was that.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    /// The value.
    pub(crate) value: Value,
    /// When the device told it: now, or earlier where it was kept (a retained message's arrival).
    pub(crate) at: Timestamp,
    /// Kept by somebody else for the device, which may be away since.
    pub(crate) retained: bool,
}

impl Reading {
    /// A value that was told just now.
    pub(crate) fn now(value: Value) -> Self {
        Self { value, at: Timestamp::now(), retained: false }
    }
}

/// Takes what a watched property or event tells.
#[derive(Clone)]
pub(crate) struct Sink(Arc<dyn Fn(Told) + Send + Sync>);

/// What a subscription hears.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    /// A value.
    Value(Reading),
    /// The subscription stands, though nothing was told yet.
    Standing,
    /// The device says itself that it is there, or away (a status topic, a last will).
    Online(bool),
}

impl Sink {
    /// One that hands everything to `take`, which must not block.
    pub(crate) fn new(take: impl Fn(Told) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    /// A value.
    pub(crate) fn value(&self, reading: Reading) {
        (self.0)(Told::Value(reading));
    }

    /// The subscription stands.
    pub(crate) fn standing(&self) {
        (self.0)(Told::Standing);
    }

    /// The device is there, or away.
    pub(crate) fn online(&self, online: bool) {
        (self.0)(Told::Online(online));
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sink")
    }
}
