use std::sync::{Mutex, PoisonError};

use connector::{Context, Happening, Line, Progress};
use serde_json::{Map, Value};
use upstream::one_line;

/// RFC 5424's names, the least important first.
const LEVELS: [&str; 8] = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
/// The most letters of a progress message.
const LETTERS_MAX: usize = 300;
/// The most bytes of one line for the client.
const LINE_BYTES_MAX: usize = 16 << 10;
/// The most lines that one call brings.
const LINES_MAX: usize = 1000;

/// Passes on what a server says while it works on one request.
pub(crate) struct Hearing<'a> {
    context: Option<&'a Context>,
    token: Value,
    heard: Mutex<(f64, usize)>,
}

impl<'a> Hearing<'a> {
    /// For the request with this progress token.
    pub(crate) fn new(context: Option<&'a Context>, token: impl Into<Value>) -> Self {
        Self { context, token: token.into(), heard: Mutex::new((f64::NEG_INFINITY, 0)) }
    }

    /// Takes a notification; gives back what it says of the whole server.
    pub(crate) fn take(&self, method: &str, params: &Map<String, Value>) -> Option<Happening> {
        match method {
            "notifications/progress" => self.progress(params),
            "notifications/message" => self.line(params),
            _ => return happening(method),
        }
        None
    }

    fn progress(&self, params: &Map<String, Value>) {
        let (Some(context), Some(done)) = (self.context, params.get("progress").and_then(Value::as_f64)) else {
            return;
        };
        if params.get("progressToken") != Some(&self.token) {
            return;
        }
        {
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            if done <= heard.0 {
                return;
            }
            heard.0 = done;
        }
        let message = params.get("message").and_then(Value::as_str).map(|text| one_line(text, LETTERS_MAX));
        context.progress(Progress { done, total: params.get("total").and_then(Value::as_f64), message });
    }

    fn line(&self, params: &Map<String, Value>) {
        let Some(context) = self.context else { return };
        let rank = |name: &str| LEVELS.iter().position(|level| *level == name);
        let Some(from) = context.lines_from.as_deref().and_then(rank) else { return };
        let level = params.get("level").and_then(Value::as_str).unwrap_or("info");
        let data = params.get("data").cloned().unwrap_or_default();
        let is_small = data.to_string().len() <= LINE_BYTES_MAX;
        if rank(level).is_none_or(|rank| rank < from) || !is_small {
            return;
        }
        {
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.1 += 1;
            if heard.1 > LINES_MAX {
                return;
            }
        }
        let logger = params.get("logger").and_then(Value::as_str).map(|name| one_line(name, 80));
        context.line(Line { level: level.to_owned(), logger, data });
    }
}

/// What a notification says of the whole server.
pub(crate) fn happening(method: &str) -> Option<Happening> {
    match method {
        "notifications/tools/list_changed" => Some(Happening::Actions),
        "notifications/prompts/list_changed" => Some(Happening::Prompts),
        "notifications/resources/list_changed" => Some(Happening::Documents),
        _ => None,
    }
}
