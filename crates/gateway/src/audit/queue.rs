use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::rand;
use tokio::sync::{mpsc, oneshot};

use super::{AuditLine, AuditOptions};

/// How long the end of the process waits for the sink.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// What the writing task is told, in order.
pub(super) enum Message {
    /// Keep it as begun, and say whether that was possible.
    Begin(Box<AuditLine>, oneshot::Sender<bool>),
    /// Keep its end; where somebody waits, say whether that was possible.
    End(Box<AuditLine>, Option<oneshot::Sender<bool>>),
    /// Say whether everything so far is kept.
    Flush(oneshot::Sender<bool>),
    /// Stop.
    Close(oneshot::Sender<bool>),
}

/// From calls to the task that writes.
pub(super) struct Queue {
    pub(super) options: AuditOptions,
    outbox: mpsc::UnboundedSender<Message>,
    waiting: AtomicUsize,
    lost: AtomicU64,
    process: u64,
    calls: AtomicU64,
}

impl Queue {
    pub(super) fn new(options: AuditOptions) -> (Arc<Self>, mpsc::UnboundedReceiver<Message>) {
        let (outbox, inbox) = mpsc::unbounded_channel();
        let mut process = [0; 8];
        if rand::fill(&mut process).is_err() {
            // The time is as good: no secret depends on it.
            process = (entry_time_ns() as u64).to_be_bytes();
        }
        let queue = Self {
            options,
            outbox,
            waiting: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
            process: u64::from_be_bytes(process),
            calls: AtomicU64::new(0),
        };
        (Arc::new(queue), inbox)
    }

    /// A name for a call: random for the process, counted within it.
    pub(super) fn call_id(&self) -> String {
        format!("{:016x}{:016x}", self.process, self.calls.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until the sink has it as begun.
    pub(super) async fn begin(&self, line: Box<AuditLine>) -> bool {
        let (told, tells) = oneshot::channel();
        self.send(Message::Begin(line, told)) && self.wait(tells).await
    }

    /// Waits until the sink has it.
    pub(super) async fn end_and_wait(&self, line: Box<AuditLine>) -> bool {
        let (told, tells) = oneshot::channel();
        self.end(line, Some(told)) && self.wait(tells).await
    }

    /// Puts it where the task finds it. `false` where too many wait already.
    pub(super) fn end(&self, line: Box<AuditLine>, told: Option<oneshot::Sender<bool>>) -> bool {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.options.waiting_max {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            if self.lost.fetch_add(1, Ordering::Relaxed) == 0 {
                tracing::error!(
                    waiting_max = self.options.waiting_max,
                    "too many audit lines wait; further ones are lost"
                );
            }
            return false;
        }
        self.send(Message::End(line, told))
    }

    pub(super) async fn flush(&self) -> bool {
        self.ask(Message::Flush).await
    }

    pub(super) async fn close(&self) {
        self.ask(Message::Close).await;
    }

    /// How many lines are not kept yet.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// So many are kept.
    pub(super) fn kept(&self, lines: usize) {
        self.waiting.fetch_sub(lines, Ordering::Relaxed);
    }

    /// How many were lost since this was asked last.
    pub(super) fn take_lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }

    fn send(&self, message: Message) -> bool {
        self.outbox.send(message).is_ok()
    }

    async fn wait(&self, tells: oneshot::Receiver<bool>) -> bool {
        matches!(tokio::time::timeout(self.options.timeout, tells).await, Ok(Ok(true)))
    }

    async fn ask(&self, message: impl FnOnce(oneshot::Sender<bool>) -> Message) -> bool {
        let (told, tells) = oneshot::channel();
        self.send(message(told)) && matches!(tokio::time::timeout(CLOSE_TIMEOUT, tells).await, Ok(Ok(true)))
    }
}

fn entry_time_ns() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}
