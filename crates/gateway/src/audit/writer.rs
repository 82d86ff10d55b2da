use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::queue::{Message, Queue};
use super::{AuditError, AuditLine, AuditSink};

/// How many lines go to the sink at once.
const BATCH_LINES_MAX: usize = 256;
/// How long a sink that failed is left alone.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The one task that uses the sink. What the sink does not take waits here, and while lines wait nothing is begun.
pub(super) struct Writer<S> {
    sink: S,
    queue: Arc<Queue>,
    lines: VecDeque<AuditLine>,
    /// Who waits for which of the lines, by its `call_id`.
    waiters: Vec<(String, oneshot::Sender<bool>)>,
    failing: bool,
    retry_at: Instant,
}

impl<S: AuditSink> Writer<S> {
    pub(super) fn new(sink: S, queue: Arc<Queue>) -> Self {
        let (lines, waiters) = (VecDeque::new(), Vec::new());
        Self { sink, queue, lines, waiters, failing: false, retry_at: Instant::now() }
    }

    pub(super) async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Message>) {
        let mut messages = Vec::with_capacity(BATCH_LINES_MAX);
        loop {
            if self.lines.is_empty() {
                inbox.recv_many(&mut messages, BATCH_LINES_MAX).await;
            } else {
                let next = inbox.recv_many(&mut messages, BATCH_LINES_MAX);
                // Lines wait only for a sink that failed: when its pause is over they are tried again.
                let _ = tokio::time::timeout_at(self.retry_at, next).await;
            }
            if messages.is_empty() && inbox.is_closed() {
                return;
            }
            let (mut begins, mut told, mut closing) = (Vec::new(), Vec::new(), false);
            for message in messages.drain(..) {
                match message {
                    Message::Begin(line, tell) => begins.push((*line, tell)),
                    Message::End(line, tell) => {
                        self.waiters.extend(tell.map(|tell| (line.call_id.clone(), tell)));
                        self.lines.push_back(*line);
                    }
                    Message::Flush(tell) => told.push(tell),
                    Message::Close(tell) => {
                        closing = true;
                        told.push(tell);
                    }
                }
            }
            // A call's end always comes after its beginning was answered or given up.
            self.begin(begins).await;
            if !self.pausing() || !told.is_empty() {
                self.append().await;
            } else {
                self.refuse_waiters();
            }
            let done = self.lines.is_empty();
            if closing {
                // The sink tidies up after itself before anybody goes on.
                drop(self);
                return tell_all(told, done);
            }
            tell_all(told, done);
        }
    }

    fn pausing(&self) -> bool {
        self.failing && Instant::now() < self.retry_at
    }

    async fn begin(&mut self, begins: Vec<(AuditLine, oneshot::Sender<bool>)>) {
        if begins.is_empty() {
            return;
        }
        let (lines, tells): (Vec<_>, Vec<_>) = begins.into_iter().unzip();
        let kept = self.try_begin(&lines).await;
        tell_all(tells, kept);
    }

    async fn try_begin(&mut self, lines: &[AuditLine]) -> bool {
        if self.pausing() {
            return false;
        }
        if self.failing {
            self.append().await;
            if !self.lines.is_empty() {
                return false;
            }
        }
        let begun = self.sink.begin(lines).await;
        self.note(begun)
    }

    /// Gives the sink everything that waits.
    async fn append(&mut self) {
        while !self.lines.is_empty() {
            let count = self.lines.len().min(BATCH_LINES_MAX);
            let batch = &self.lines.make_contiguous()[..count];
            let appended = self.sink.append(batch).await;
            if !self.note(appended) {
                self.refuse_waiters();
                return;
            }
            for line in self.lines.drain(..count) {
                while let Some(at) = self.waiters.iter().position(|(call_id, _)| *call_id == line.call_id) {
                    let _ = self.waiters.swap_remove(at).1.send(true);
                }
            }
            self.queue.kept(count);
        }
    }

    /// Whoever waits for a line gets no answer of the resource: the line says so too.
    fn refuse_waiters(&mut self) {
        for (call_id, tell) in self.waiters.drain(..) {
            if let Some(line) = self.lines.iter_mut().find(|line| line.call_id == call_id) {
                line.outcome = "unavailable";
            }
            let _ = tell.send(false);
        }
    }

    /// Logs once when the sink begins to fail and once when it works again.
    fn note(&mut self, done: Result<(), AuditError>) -> bool {
        match done {
            Ok(()) => {
                if std::mem::take(&mut self.failing) {
                    let lost = self.queue.take_lost();
                    tracing::warn!(lost, "the audit is written again");
                }
                true
            }
            Err(error) => {
                if !self.failing {
                    tracing::error!(error = %error, "the audit cannot be written; lines wait for it");
                }
                self.failing = true;
                self.retry_at = Instant::now() + RETRY_AFTER;
                false
            }
        }
    }
}

fn tell_all(waiters: Vec<oneshot::Sender<bool>>, done: bool) {
    for waiter in waiters {
        // Whoever asked may have gone.
        let _ = waiter.send(done);
    }
}
