//! How things are spoken to: one [`Binding`] for each protocol.
//!
//! A binding knows no caller and no owner. What it is given was checked: the thing is the caller's, the value fits the
//! schema, the form's address is filled in and no id can leave its place in it, and this device's turn has come.

mod all;
mod at;
mod bindings;
mod http;
mod simulated;
mod sink;
#[cfg(test)]
pub(crate) mod testing;

use std::fmt::Debug;

use connector::Result;
use serde_json::Value;

pub(crate) use self::all::all;
pub(crate) use self::at::At;
pub(crate) use self::bindings::Bindings;
pub(crate) use self::sink::{Reading, Sink, Told};
use crate::td::{Form, Op};

/// One protocol.
///
/// Errors: [`Unavailable`](connector::ErrorKind::Unavailable) and [`Timeout`](connector::ErrorKind::Timeout) say that the
/// device is away (the core adds when it was last seen); where a command may have been done, the answer is
/// [`Done::Sent`] and no error. Nothing is sent twice. Dropping a future stops what it does.
#[async_trait::async_trait]
pub(crate) trait Binding: Debug + Send + Sync {
    /// Schemes of addresses that it speaks, in lower case: `mqtt`, `mqtts`.
    fn schemes(&self) -> &'static [&'static str];

    /// Looks at a form when its description is read. `Err` says in a few words why it cannot be used; the form is then
    /// left out.
    fn check(&self, form: &Form, op: Op) -> Result<(), String>;

    /// The value now. It is checked by the schema afterwards.
    async fn read(&self, at: &At) -> Result<Reading>;

    /// Sets it.
    async fn write(&self, at: &At, value: &Value) -> Result<Done>;

    /// Begins an action, and waits for its end where the protocol does.
    async fn invoke(&self, at: &At, input: Option<&Value>) -> Result<Invoked>;

    /// How an action that runs is coming along. Asked again after a while until it is at its end.
    async fn query(&self, at: &At, run: &Run) -> Result<Status> {
        let _ = (at, run);
        Ok(Status::Unknown)
    }

    /// Stops an action that runs. `false` where the protocol has no way.
    async fn cancel(&self, at: &At, run: &Run) -> Result<bool> {
        let _ = (at, run);
        Ok(false)
    }

    /// Listens to a property or an event until the connection breaks (`Err`) or the other side ends it (`Ok`): the core
    /// calls it again with a growing wait. Dropping it ends the subscription.
    async fn watch(&self, at: &At, sink: &Sink) -> Result<()>;
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// The device said that it has done it.
    Confirmed,
    /// It left, and nothing says that the device has done it: there is no acknowledgement in the protocol, only of
    /// somebody in the middle, or it did not come in time.
    Sent,
}

/// What became of an action.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Invoked {
    /// The device said that it is done, and gave this.
    Completed(Option<Value>),
    /// It left, and nothing says that the device has done it.
    Sent,
    /// It goes on; [`Binding::query`] follows it.
    Running(Run),
}

/// An action that goes on, as the binding knows it: an address, an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run(pub(crate) String);

/// How an action is coming along.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Status {
    /// It goes on.
    Running {
        /// How far, of 1, where the device says.
        part: Option<f64>,
    },
    /// It is done, and gave this.
    Completed(Option<Value>),
    /// The device says that it failed, and why in its own words: cut and cleaned.
    Failed(String),
    /// There is no way to know.
    Unknown,
}
