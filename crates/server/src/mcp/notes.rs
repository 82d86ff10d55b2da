//! What is told while a call is under way: how far it is, and lines that its resource writes.

use std::time::Duration;

use connector::{Context, Line, Progress};
use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam, ProgressToken};
use rmcp::{Peer, RoleServer};
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// The shortest time between two notifications of progress; of what comes faster only the latest is told.
const APART: Duration = Duration::from_millis(100);
/// So many may follow each other at once.
const AT_ONCE: u32 = 3;
/// How many lines of one call are told; further ones are left out.
const LINES_MAX: u32 = 200;
/// How much may wait to be told. What comes when so much waits is left out.
const WAITING_MAX: usize = 64;
/// How long the last notification of a call may hold up its answer.
const LAST: Duration = Duration::from_secs(1);

/// One thing to tell.
pub(super) enum Note {
    Progress(Progress),
    Line(Line),
}

/// What the client of one call wants to hear.
#[derive(Clone, Default)]
pub(super) struct Wanted {
    pub(super) progress: Option<ProgressToken>,
    /// Lines at least this important.
    pub(super) lines: Option<LoggingLevel>,
}

impl Wanted {
    /// The context with listeners for what is wanted, and what they hear. `None`: nothing is wanted.
    pub(super) fn listen(&self, mut context: Context) -> (Context, Option<Receiver<Note>>) {
        if self.progress.is_none() && self.lines.is_none() {
            return (context, None);
        }
        let (tell, notes): (Sender<Note>, _) = channel(WAITING_MAX);
        if self.progress.is_some() {
            let tell = tell.clone();
            context = context.with_progress(move |progress| drop(tell.try_send(Note::Progress(progress))));
        }
        if let Some(from) = self.lines.as_ref().and_then(name) {
            context = context.with_lines(from, move |line| drop(tell.try_send(Note::Line(line))));
        }
        (context, Some(notes))
    }
}

/// Tells the client until the call has ended. A notification that has been begun is finished, so that none comes after
/// the answer; a client that does not take it holds up the answer for no longer than [`LAST`].
pub(super) async fn forward(
    notes: Option<Receiver<Note>>,
    wanted: &Wanted,
    peer: &Peer<RoleServer>,
    ended: &CancellationToken,
) {
    let Some(notes) = notes else { return };
    let late = async {
        ended.cancelled().await;
        sleep(LAST).await;
    };
    let mut teller = Teller {
        wanted,
        peer,
        told: f64::NEG_INFINITY,
        at_once: AT_ONCE,
        next: Instant::now(),
        waiting: None,
        lines: 0,
    };
    tokio::select! {
        () = teller.tell(notes, ended) => {}
        () = late => {}
    }
}

struct Teller<'a> {
    wanted: &'a Wanted,
    peer: &'a Peer<RoleServer>,
    told: f64,
    at_once: u32,
    /// When progress may be told again.
    next: Instant,
    waiting: Option<Progress>,
    lines: u32,
}

impl Teller<'_> {
    async fn tell(&mut self, mut notes: Receiver<Note>, ended: &CancellationToken) {
        loop {
            let note = tokio::select! {
                biased;
                note = notes.recv() => note,
                () = ended.cancelled() => return,
                () = sleep_until(self.next), if self.waiting.is_some() => {
                    let waited = self.waiting.take();
                    if let Some(progress) = waited && self.progress(progress).await.is_none() {
                        return;
                    }
                    continue;
                }
            };
            let told = match note {
                None => return,
                Some(Note::Line(line)) => self.line(line).await,
                Some(Note::Progress(progress)) if self.at_once > 0 || Instant::now() >= self.next => {
                    self.waiting = None;
                    self.progress(progress).await
                }
                Some(Note::Progress(progress)) => {
                    self.waiting = Some(progress);
                    Some(())
                }
            };
            if told.is_none() {
                return;
            }
        }
    }

    /// Never backwards. `None`: nobody listens any more.
    async fn progress(&mut self, progress: Progress) -> Option<()> {
        let token = self.wanted.progress.clone()?;
        if progress.done <= self.told {
            return Some(());
        }
        self.told = progress.done;
        self.at_once = self.at_once.saturating_sub(1);
        self.next = Instant::now() + APART;
        let mut params = ProgressNotificationParam::new(token, progress.done);
        params.total = progress.total;
        params.message = progress.message;
        self.peer.notify_progress(params).await.ok()
    }

    async fn line(&mut self, line: Line) -> Option<()> {
        let from = self.wanted.lines.as_ref().map(rank);
        let Some(level) = level(&line.level).filter(|level| from.is_some_and(|from| rank(level) >= from)) else {
            return Some(());
        };
        self.lines += 1;
        if self.lines > LINES_MAX {
            return Some(());
        }
        let mut params = LoggingMessageNotificationParam::new(level, line.data);
        params.logger = line.logger;
        self.peer.notify_logging_message(params).await.ok()
    }
}

/// A level by its name in RFC 5424.
fn level(name: &str) -> Option<LoggingLevel> {
    serde_json::from_value(Value::from(name)).ok()
}

fn name(level: &LoggingLevel) -> Option<String> {
    serde_json::to_value(level).ok()?.as_str().map(str::to_owned)
}

const fn rank(level: &LoggingLevel) -> u8 {
    match level {
        LoggingLevel::Debug => 0,
        LoggingLevel::Info => 1,
        LoggingLevel::Notice => 2,
        LoggingLevel::Warning => 3,
        LoggingLevel::Error => 4,
        LoggingLevel::Critical => 5,
        LoggingLevel::Alert => 6,
        LoggingLevel::Emergency => 7,
    }
}
