use std::fmt;
use std::sync::Arc;

/// What a call carries besides who calls and what for.
#[derive(Clone)]
pub struct Context {
    /// Names this call in logs, in the audit and in error answers.
    pub request_id: String,
    /// The most bytes that an answer's data may have. A connector stops reading there, says so in
    /// [`Outcome::notices`](crate::Outcome) and sets `has_more`.
    pub result_bytes_max: usize,
    listener: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
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
        Self { request_id: request_id.into(), result_bytes_max, listener: None }
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
}

impl fmt::Debug for Context {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Context").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}
