use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use connector::{Error, ErrorKind, Happening};
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::{Notify, OwnedSemaphorePermit, broadcast, mpsc, oneshot};
use tokio::time::{Instant, timeout};

use super::begin::Begun;
use super::spawn::{Group, Recipe, spawn};
use super::stderr;
use crate::ProcessConfig;
use crate::wire::{Ask, Failure, Hearing, Message, Said, happening, notification, refusal, request};

/// How many messages wait to be written, and how many told ones to be heard.
const WRITING_MAX: usize = 64;
const TOLD_MAX: usize = 256;
/// How long a process may take to end when its input does.
const GRACE: Duration = Duration::from_millis(500);

/// A server's process that can be asked.
#[derive(Debug)]
pub(super) struct Process {
    shared: Arc<Shared>,
    writer: mpsc::Sender<Vec<u8>>,
    ids: AtomicU64,
    pub(super) begun: OnceLock<Begun>,
    pub(super) started: Instant,
    used: Mutex<Instant>,
    in_use: AtomicUsize,
    silence_max: Duration,
    /// Whether what it says without naming a call may be of several callers.
    is_shared: bool,
    _turn: Option<OwnedSemaphorePermit>,
    _folder: Option<tempfile::TempDir>,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<HashMap<u64, Waiting>>,
    has_ended: AtomicBool,
    /// Nobody has the process any more.
    stop: Notify,
    /// Its output has ended.
    ended: Notify,
}

#[derive(Debug)]
struct Waiting {
    answer: oneshot::Sender<Result<Map<String, Value>, Said>>,
    told: mpsc::Sender<(String, Map<String, Value>)>,
}

/// What a process is given beside its recipe.
pub(super) struct Around {
    pub(super) resource: String,
    pub(super) is_shared: bool,
    /// Where it says that its lists have changed.
    pub(super) happened: Option<broadcast::Sender<Happening>>,
    pub(super) turn: Option<OwnedSemaphorePermit>,
    pub(super) folder: Option<tempfile::TempDir>,
}

impl Process {
    pub(super) fn start(recipe: &Recipe<'_>, around: Around) -> connector::Result<Self> {
        let mut child = spawn(recipe)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let group = Group { child };
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(Error::internal("a process without pipes"));
        };
        let shared = Arc::new(Shared::default());
        let (writer, lines) = mpsc::channel(WRITING_MAX);
        tokio::spawn(write(stdin, lines));
        tokio::spawn(stderr::log(around.resource, stderr));
        let reading = Reading {
            shared: shared.clone(),
            writer: writer.downgrade(),
            happened: around.happened,
            bytes_max: recipe.limits.message_bytes_max,
        };
        tokio::spawn(reading.read(stdout));
        tokio::spawn(keep(group, shared.clone()));
        let ProcessConfig { timeout_ms, .. } = recipe.limits;
        Ok(Self {
            shared,
            writer,
            ids: AtomicU64::new(1),
            begun: OnceLock::new(),
            started: Instant::now(),
            used: Mutex::new(Instant::now()),
            in_use: AtomicUsize::new(0),
            silence_max: Duration::from_millis(*timeout_ms),
            is_shared: around.is_shared,
            _turn: around.turn,
            _folder: around.folder,
        })
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.shared.has_ended.load(Ordering::Acquire)
    }

    /// How long nobody has used it; nothing while somebody does.
    pub(super) fn idle(&self) -> Option<Duration> {
        let used = *self.used.lock().unwrap_or_else(PoisonError::into_inner);
        (self.in_use.load(Ordering::Acquire) == 0).then(|| used.elapsed())
    }

    /// Ends it, and with it what waits for it.
    pub(super) fn stop(&self) {
        self.shared.stop.notify_one();
    }

    /// Somebody begins to use it.
    pub(super) fn lease(self: &Arc<Self>) -> Lease {
        self.in_use.fetch_add(1, Ordering::AcqRel);
        Lease { process: self.clone() }
    }

    /// Sends one request and waits for its result. Dropping the future tells the process that nobody waits any more.
    pub(super) async fn ask(&self, ask: &Ask<'_>) -> Result<Map<String, Value>, Failure> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let (done, mut answer) = oneshot::channel();
        let (tell, mut told) = mpsc::channel(TOLD_MAX);
        self.shared.waiting().insert(id, Waiting { answer: done, told: tell });
        let mut params = ask.params.clone();
        with_token(&mut params, ask, id);
        let mut open = Open { process: self, id, is_sent: false };
        if !self.is_alive() || self.write(&request(id, ask.method, &params)).await.is_err() {
            return Err(not_there().into());
        }
        open.is_sent = true;
        let hearing = Hearing::new(ask.context, id);
        let mut silence = Instant::now() + self.silence_max;
        loop {
            tokio::select! {
                biased;
                Some((method, params)) = told.recv() => {
                    silence = Instant::now() + self.silence_max;
                    // Of a process that several callers share nobody knows whose line it is.
                    if !self.is_shared || method != "notifications/message" {
                        hearing.take(&method, &params);
                    }
                }
                outcome = &mut answer => {
                    open.is_sent = false;
                    return outcome.map_err(|_| Failure::Away(ended()))?.map_err(Failure::Said);
                }
                () = tokio::time::sleep_until(silence) => return Err(late().into()),
            }
        }
    }

    /// Tells it something.
    pub(super) async fn tell(&self, method: &str, params: &Map<String, Value>) -> Result<(), Failure> {
        self.write(&notification(method, params)).await.map_err(|()| not_there().into())
    }

    async fn write(&self, message: &Value) -> Result<(), ()> {
        self.writer.send(line(message)).await.map_err(drop)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Somebody uses a process.
#[derive(Debug)]
pub(super) struct Lease {
    process: Arc<Process>,
}

impl std::ops::Deref for Lease {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *self.process.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.process.in_use.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A request that is not answered yet.
struct Open<'a> {
    process: &'a Process,
    id: u64,
    is_sent: bool,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.process.shared.waiting().remove(&self.id);
        if self.is_sent {
            let params = Map::from_iter([("requestId".to_owned(), Value::from(self.id))]);
            let _ = self.process.writer.try_send(line(&notification("notifications/cancelled", &params)));
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, HashMap<u64, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a process until nobody has it or its output ends, and sees to it that all of it ends then.
async fn keep(mut group: Group, shared: Arc<Shared>) {
    tokio::select! {
        () = shared.stop.notified() => {
            shared.has_ended.store(true, Ordering::Release);
            // Its input ends with the last writer. It may say goodbye, but not for long.
            let _ = timeout(GRACE, shared.ended.notified()).await;
        }
        () = shared.ended.notified() => {}
    }
    shared.has_ended.store(true, Ordering::Release);
    group.kill();
    let _ = group.child.wait().await;
    // Whoever still waits hears that there will be no answer.
    shared.waiting().clear();
}

async fn write(mut stdin: ChildStdin, mut lines: mpsc::Receiver<Vec<u8>>) {
    while let Some(line) = lines.recv().await {
        if stdin.write_all(&line).await.is_err() || stdin.flush().await.is_err() {
            return;
        }
    }
}

/// Takes what a process says to whoever waits for it.
struct Reading {
    shared: Arc<Shared>,
    writer: mpsc::WeakSender<Vec<u8>>,
    happened: Option<broadcast::Sender<Happening>>,
    bytes_max: usize,
}

impl Reading {
    async fn read(self, stdout: ChildStdout) {
        let most = u64::try_from(self.bytes_max).unwrap_or(u64::MAX);
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut reader).take(most).read_until(b'\n', &mut line).await;
            match read {
                // What comes without an end of line is cut off, or larger than is taken.
                Ok(_) if line.last() == Some(&b'\n') => self.take(&line).await,
                Ok(_) | Err(_) => break,
            }
        }
        self.shared.has_ended.store(true, Ordering::Release);
        self.shared.ended.notify_one();
        self.shared.waiting().clear();
    }

    async fn take(&self, line: &[u8]) {
        match Message::read(line) {
            Some(Message::Answer(id, outcome)) => {
                let waiting = id.as_u64().and_then(|id| self.shared.waiting().remove(&id));
                if let Some(waiting) = waiting {
                    let _ = waiting.answer.send(outcome);
                }
            }
            Some(Message::Told { method, params }) => {
                for waiting in self.shared.waiting().values() {
                    // Whoever does not listen fast enough misses some.
                    let _ = waiting.told.try_send((method.clone(), params.clone()));
                }
                if let (Some(happening), Some(happened)) = (happening(&method), &self.happened) {
                    let _ = happened.send(happening);
                }
            }
            Some(Message::Asked { id, method }) => {
                if let Some(writer) = self.writer.upgrade() {
                    let _ = writer.send(self::line(&refusal(&id, &method))).await;
                }
            }
            // Words on standard output that are no message: servers do that, and nothing is lost by it.
            None => {}
        }
    }
}

fn line(message: &Value) -> Vec<u8> {
    let mut line = message.to_string().into_bytes();
    line.push(b'\n');
    line
}

fn with_token(params: &mut Map<String, Value>, ask: &Ask<'_>, id: u64) {
    if ask.context.is_some()
        && let Value::Object(meta) = params.entry("_meta").or_insert_with(|| Map::new().into())
    {
        meta.insert("progressToken".into(), id.into());
    }
}

/// Nothing was sent.
fn not_there() -> Error {
    let message = "The MCP server's process has just ended. Nothing was sent; try again in a moment.";
    Error::new(ErrorKind::Unavailable, message)
}

/// Something was sent, and there will be no answer.
fn ended() -> Error {
    let message = "The MCP server's process ended before it had answered. Whether it did what was asked is not known: look \
                   before you try again.";
    Error::new(ErrorKind::Unavailable, message)
}

fn late() -> Error {
    let message = "The MCP server did not answer in time. Whether it did what was asked is not known: look before you try \
                   again, or ask for less at once.";
    Error::new(ErrorKind::Timeout, message)
}
