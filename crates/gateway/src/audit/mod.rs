//! One line for every call, in a sink that the operator chose.
//!
//! Lines go through a queue to one task that writes them in batches, so that a call waits for the sink only where the
//! operator wants it to. What each choice promises is in `docs/audit.md`.

mod arguments;
mod entry;
mod line;
mod names;
mod queue;
mod redact;
mod sink;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use arguments::AuditArguments;
pub(crate) use entry::Entry;
pub use line::AuditLine;
pub use redact::{BadRule, Redaction};
pub use sink::{AuditError, AuditSink};

use queue::Queue;
use sink::Plain;

/// Which calls are not made where they cannot be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditRequired {
    /// None: calls go on, and what could not be kept is in the log.
    #[default]
    None,
    /// A call that writes or destroys is kept as begun before anything is done, or it is refused.
    Writes,
    /// As `writes`; besides, a call that reads gives its answer only when its line is kept.
    All,
}

/// What is kept of a call, and how much depends on it.
#[derive(Clone, Debug)]
pub struct AuditOptions {
    /// Which calls are not made where they cannot be kept.
    pub required: AuditRequired,
    /// What is kept of arguments.
    pub arguments: AuditArguments,
    /// How long a call waits for the sink.
    pub timeout: Duration,
    /// How many lines wait in memory for a sink that takes none; further ones are lost, and the log says how many.
    pub waiting_max: usize,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            required: AuditRequired::None,
            arguments: AuditArguments::Digest,
            timeout: Duration::from_secs(5),
            waiting_max: 10_000,
        }
    }
}

/// Where audit lines go. Cloning shares it.
#[derive(Clone, Default)]
pub struct Audit {
    queue: Option<Arc<Queue>>,
}

impl std::fmt::Debug for Audit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if self.queue.is_some() { "Audit(on)" } else { "Audit(off)" })
    }
}

impl Audit {
    /// Lines to `sink`. Must be called inside a Tokio runtime: a task writes them.
    pub fn new(sink: impl AuditSink, options: AuditOptions) -> Self {
        let (queue, inbox) = Queue::new(options);
        tokio::spawn(writer::Writer::new(sink, queue.clone()).run(inbox));
        Self { queue: Some(queue) }
    }

    /// Lines to anything that bytes can be written to, each batch in one write. It can keep no call as begun, so
    /// nothing may be [required](AuditOptions::required) of it.
    pub fn to(sink: impl std::io::Write + Send + 'static) -> Self {
        Self::new(Plain::new(sink), AuditOptions::default())
    }

    /// Waits until every line so far is in the sink. `false` where the sink took them not, or not in time.
    pub async fn flush(&self) -> bool {
        match &self.queue {
            Some(queue) => queue.flush().await,
            None => true,
        }
    }

    /// Writes what waits and gives the sink up. Calls that end later leave no line.
    pub async fn close(&self) {
        let Some(queue) = &self.queue else { return };
        if !queue.flush().await {
            tracing::error!(lines = queue.waiting(), "the audit cannot be written; lines that waited for it are lost");
        }
        queue.close().await;
    }
}
