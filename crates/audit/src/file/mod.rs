//! A file of lines that grows at its end only, and a journal beside it of the calls that are under way.

mod journal;
mod log;
mod recover;
mod rotate;
mod same;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use gateway::{AuditError, AuditLine, AuditSink};

use journal::Journal;
use log::Log;

/// Where the file is and how long it grows.
#[derive(Clone, Debug)]
pub struct FileOptions {
    /// The file. Where it exists and is not an ordinary one (`/dev/stderr`, a pipe), it gets lines and nothing else:
    /// no rotation, and no call can be kept as begun.
    pub path: PathBuf,
    /// A file that would grow beyond this many bytes is put aside first; 0 for never.
    pub rotate_bytes_max: u64,
    /// Whether a file whose last line is of an earlier day (UTC) is put aside before the next line.
    pub rotate_daily: bool,
    /// How many files that were put aside are kept: `path.1`, the newest, to `path.N`. At least one.
    pub keep: u32,
    /// Whether lines count as kept only when they are on the disk (`fsync`). Without it they outlive the end of the
    /// process, but perhaps not that of the machine.
    pub sync: bool,
}

/// Lines in a file, one JSON object each. Several processes may write to the same one.
#[derive(Clone, Debug)]
pub struct AuditFile {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    log: Log,
    journal: Journal,
}

impl AuditFile {
    /// Opens the file, or makes it, and completes what an earlier process left begun.
    pub fn open(options: FileOptions) -> io::Result<Self> {
        let mut log = Log::new(options);
        log.open()?;
        recover::recover(&mut log)?;
        let journal = Journal::new(&log);
        Ok(Self { state: Arc::new(Mutex::new(State { log, journal })) })
    }

    /// Files block, so they are used on a thread that may.
    async fn blocking(
        &self,
        work: impl FnOnce(&mut State) -> io::Result<()> + Send + 'static,
    ) -> Result<(), AuditError> {
        let state = Arc::clone(&self.state);
        let done = tokio::task::spawn_blocking(move || work(&mut state.lock().unwrap_or_else(PoisonError::into_inner)));
        Ok(done.await??)
    }
}

#[async_trait::async_trait]
impl AuditSink for AuditFile {
    async fn begin(&self, lines: &[AuditLine]) -> Result<(), AuditError> {
        let lines: Vec<_> = lines.iter().map(|line| (line.call_id.clone(), line.to_json() + "\n")).collect();
        self.blocking(move |state| {
            // What cannot take a line's end shall not get its beginning.
            state.log.check()?;
            state.journal.begin(lines)
        })
        .await
    }

    async fn append(&self, lines: &[AuditLine]) -> Result<(), AuditError> {
        let text: String = lines.iter().map(|line| line.to_json() + "\n").collect();
        let begun: Vec<_> = lines.iter().filter(|line| line.begun).map(|line| line.call_id.clone()).collect();
        self.blocking(move |state| {
            state.log.append(text.as_bytes())?;
            state.journal.end(&begun);
            Ok(())
        })
        .await
    }
}
