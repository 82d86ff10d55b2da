use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

/// What a call carries besides who calls and what for.
#[derive(Clone)]
pub struct Context {
    /// Names this call in logs, in the audit and in error answers.
    pub request_id: String,
    /// The most bytes that an answer's data may have. A connector stops reading there, says so in
    /// [`Outcome::notices`](crate::Outcome) and sets `has_more`.
    pub result_bytes_max: usize,
    /// What the client can do (MCP's `ClientCapabilities`), for resources that ask back. Empty: nothing.
    pub client: Map<String, Value>,
    /// The least important lines that the client wants to hear (RFC 5424's names: `debug` … `emergency`); none where
    /// it wants none.
    pub lines_from: Option<String>,
    listener: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
    reader: Option<Arc<dyn Fn(Line) + Send + Sync>>,
}

/// A line that a resource writes for its client while it works, in the shape of MCP's `notifications/message`.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// How important (RFC 5424's names).
    pub level: String,
    /// Who writes it.
    pub logger: Option<String>,
    /// What it says.
    pub data: Value,
}

/// How far long work has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Units done; only ever grows within one call.
    pub done: f64,
    /// Units in all, where known.
    pub total: Option<f64>,
    /// A few words for a person.
    pub message: Option<String>,
}

impl Context {
    /// A context whose progress nobody listens to.
    pub fn new(request_id: impl Into<String>, result_bytes_max: usize) -> Self {
        Self {
            request_id: request_id.into(),
            result_bytes_max,
            client: Map::new(),
            lines_from: None,
            listener: None,
            reader: None,
        }
    }

    /// Sends progress to `listener`, which must not block.
    #[must_use]
    pub fn with_progress(mut self, listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Tells whoever waits how far the work is.
    pub fn progress(&self, progress: Progress) {
        if let Some(listener) = &self.listener {
            listener(progress);
        }
    }

    /// Hands lines to whoever called.
    #[must_use]
    pub fn with_lines(mut self, from: String, reader: impl Fn(Line) + Send + Sync + 'static) -> Self {
        self.lines_from = Some(from);
        self.reader = Some(Arc::new(reader));
        self
    }

    /// Writes a line for the client. It costs nothing where nobody reads.
    pub fn line(&self, line: Line) {
        if let Some(reader) = &self.reader {
            reader(line);
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Context").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}
