use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use upstream::Credential;

use crate::td::{Form, Op, SecurityScheme, Thing};

/// One affordance of one device, as one call or one subscription reaches it.
#[derive(Clone, Debug)]
pub(crate) struct At {
    /// The device.
    pub(crate) thing: Arc<Thing>,
    /// The name of the property, action or event.
    pub(crate) name: String,
    /// What for.
    pub(crate) op: Op,
    /// How it is reached. Every variable is filled in: percent-encoded in `href`, as it is in the texts of `extra`. For
    /// addresses that name a topic (`mqtt`, `mqtts`) a value with `+`, `#`, `/`, `$` or NUL in it was refused.
    pub(crate) form: Form,
    /// A second form of the same property that can tell whether a write has arrived: to observe it, or to read it.
    pub(crate) confirm: Option<Form>,
    /// JSON Schema of the property's value, the action's input or the event's data.
    pub(crate) schema: Value,
    /// JSON Schema of what the action gives.
    pub(crate) output: Value,
    /// What the device asks for, and what there is for it: configuration's account for the device, or the caller's own.
    pub(crate) scheme: SecurityScheme,
    /// See `scheme`.
    pub(crate) credential: Option<Credential>,
    /// How long the whole of it may take, of a watch its beginning.
    pub(crate) timeout: Duration,
    /// The most bytes of an answer.
    pub(crate) answer_bytes_max: usize,
}
