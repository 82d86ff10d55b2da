use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use access::Effect;
use aws_lc_rs::digest::{SHA256, digest};
use serde::Serialize;
use serde_json::Value;

/// One call as the audit keeps it. Arguments are kept as a digest only: they are the user's data.
#[derive(Debug, Serialize)]
pub struct AuditLine<'a> {
    /// Milliseconds since 1970-01-01 UTC, when the call ended.
    pub time_ms: u64,
    /// Names the call in answers and logs.
    pub request_id: &'a str,
    /// The user's id.
    pub caller: &'a str,
    /// The token's issuer.
    pub issuer: &'a str,
    /// Where it came in: `mcp`, `stdio`, `http`, `chat`, `cli`.
    pub door: &'a str,
    /// The tool's name as it was called.
    pub tool: &'a str,
    /// The resource, where the call got that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'a str>,
    /// The collection or action, where the call got that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<&'a str>,
    /// The effect, where the call got that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// SHA-256 of the arguments' JSON text, hexadecimal.
    pub arguments_sha256: String,
    /// `ok`, an error code, or `cancelled`.
    pub outcome: &'a str,
    /// From the call to its end.
    pub duration_us: u64,
}

/// Where audit lines go: one JSON object a line.
#[derive(Clone, Default)]
pub struct Audit {
    sink: Option<Arc<Mutex<dyn Write + Send>>>,
}

impl std::fmt::Debug for Audit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if self.sink.is_some() { "Audit(on)" } else { "Audit(off)" })
    }
}

impl Audit {
    /// Lines to `sink`, each in one write.
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Some(Arc::new(Mutex::new(sink))) }
    }

    fn write(&self, line: &AuditLine<'_>) {
        let Some(sink) = &self.sink else { return };
        let Ok(mut text) = serde_json::to_vec(line) else { return };
        text.push(b'\n');
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = sink.write_all(&text).and_then(|()| sink.flush()) {
            tracing::error!(%error, request_id = line.request_id, "the audit could not be written");
        }
    }
}

/// Leaves exactly one line for a call, also when the call is dropped in the middle.
pub(crate) struct Entry<'a> {
    audit: &'a Audit,
    started: Instant,
    request_id: &'a str,
    caller: &'a access::Caller,
    door: &'static str,
    tool: &'a str,
    arguments_sha256: String,
    pub(crate) resource: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) effect: Option<Effect>,
    pub(crate) outcome: &'static str,
}

impl<'a> Entry<'a> {
    pub(crate) fn open(
        audit: &'a Audit,
        caller: &'a access::Caller,
        door: &'static str,
        tool: &'a str,
        arguments: &Value,
        request_id: &'a str,
    ) -> Self {
        let arguments_sha256 = if audit.sink.is_some() { sha256_hex(&arguments.to_string()) } else { String::new() };
        Self {
            audit,
            started: Instant::now(),
            request_id,
            caller,
            door,
            tool,
            arguments_sha256,
            resource: None,
            target: None,
            effect: None,
            outcome: "cancelled",
        }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let (request_id, door, tool, outcome) = (self.request_id, self.door, self.tool, self.outcome);
        tracing::debug!(request_id, door, tool, outcome, "called");
        self.audit.write(&AuditLine {
            time_ms: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64),
            request_id: self.request_id,
            caller: self.caller.id().as_str(),
            issuer: self.caller.issuer(),
            door: self.door,
            tool: self.tool,
            resource: self.resource.as_deref(),
            target: self.target.as_deref(),
            effect: self.effect,
            arguments_sha256: std::mem::take(&mut self.arguments_sha256),
            outcome: self.outcome,
            duration_us: self.started.elapsed().as_micros() as u64,
        });
    }
}

fn sha256_hex(text: &str) -> String {
    use std::fmt::Write;
    digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
