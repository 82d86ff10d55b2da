use std::time::{Instant, SystemTime, UNIX_EPOCH};

use access::Effect;
use connector::{Error, ErrorKind};
use serde_json::Value;

use super::line::cut;
use super::{Audit, AuditLine, AuditRequired};

/// Longest name or id in a line, in bytes.
const TEXT_BYTES_MAX: usize = 512;

/// Leaves exactly one line for a call, also when the call is dropped in the middle.
pub(crate) struct Entry<'a> {
    audit: &'a Audit,
    started: Instant,
    request_id: &'a str,
    door: &'static str,
    tool: &'a str,
    line: Option<Box<AuditLine>>,
    /// How the call ended, where it did.
    pub(crate) outcome: &'static str,
}

impl<'a> Entry<'a> {
    pub(crate) fn open(
        audit: &'a Audit,
        (caller, issuer): (&str, &str),
        door: &'static str,
        tool: &'a str,
        arguments: &Value,
        request_id: &'a str,
    ) -> Self {
        let line = audit.queue.as_ref().map(|queue| {
            let (arguments_sha256, arguments) = queue.options.arguments.of(arguments);
            let text = |text: &str| cut(text, TEXT_BYTES_MAX).to_owned();
            Box::new(AuditLine {
                time_ms: now_ms(),
                call_id: queue.call_id(),
                request_id: text(request_id),
                caller: text(caller),
                issuer: text(issuer),
                door,
                tool: text(tool),
                resource: None,
                target: None,
                effect: None,
                arguments_sha256,
                arguments,
                outcome: "begun",
                duration_us: 0,
                begun: false,
            })
        });
        Self { audit, started: Instant::now(), request_id, door, tool, line, outcome: "cancelled" }
    }

    /// What the call turned out to be for.
    pub(crate) fn reached(&mut self, resource: &str, target: &impl ToString, effect: Effect) {
        if let Some(line) = &mut self.line {
            line.resource = Some(cut(resource, TEXT_BYTES_MAX).to_owned());
            line.target = Some(cut(&target.to_string(), TEXT_BYTES_MAX).to_owned());
            line.effect = Some(effect);
        }
    }

    /// To be called when everything is checked and nothing is done yet.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] where the call has to be kept first and cannot be.
    pub(crate) async fn begin(&mut self) -> connector::Result<()> {
        let (Some(queue), Some(line)) = (&self.audit.queue, &mut self.line) else { return Ok(()) };
        if queue.options.required == AuditRequired::None || line.effect == Some(Effect::Read) {
            return Ok(());
        }
        if line.begun {
            return Ok(());
        }
        // Said before it is tried: whoever goes away in between may leave a beginning behind.
        line.begun = true;
        if queue.begin(line.clone()).await {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Unavailable,
            "Nothing was changed: this change cannot be recorded right now. Try again in a moment.",
        ))
    }

    /// Leaves the line, and waits until it is kept where an answer depends on that. `false` where it cannot be.
    pub(crate) async fn close(mut self, outcome: &'static str) -> bool {
        self.outcome = outcome;
        let Some(queue) = &self.audit.queue else { return true };
        // What was begun is known already.
        if queue.options.required != AuditRequired::All || self.line.as_ref().is_some_and(|line| line.begun) {
            return true;
        }
        match self.finished() {
            Some(line) => queue.end_and_wait(line).await,
            None => true,
        }
    }

    fn finished(&mut self) -> Option<Box<AuditLine>> {
        let mut line = self.line.take()?;
        line.time_ms = now_ms();
        line.outcome = self.outcome;
        line.duration_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        Some(line)
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let (request_id, door, tool, outcome) = (self.request_id, self.door, self.tool, self.outcome);
        tracing::debug!(request_id, door, tool, outcome, "called");
        if let (Some(line), Some(queue)) = (self.finished(), &self.audit.queue) {
            queue.end(line, None);
        }
    }
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
