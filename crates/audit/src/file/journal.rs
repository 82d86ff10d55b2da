use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::log::Log;
use super::same::{leads_to, private};

/// What stands in a journal's name between the file's and the process's.
pub(super) const INFIX: &str = ".begun-";
/// Beyond this the journal is made anew from the calls that are still under way, in bytes.
const BYTES_MAX: u64 = 256 * 1024;

/// The calls of this process that are under way. It is locked while the process lives; one that nobody locks belongs
/// to a process that has ended, and what it holds is completed by the next one.
#[derive(Debug)]
pub(super) struct Journal {
    log_path: PathBuf,
    sync: bool,
    file: Option<(PathBuf, File)>,
    bytes: u64,
    open: HashMap<String, String>,
}

impl Journal {
    pub(super) fn new(log: &Log) -> Self {
        let (log_path, sync) = (log.options.path.clone(), log.options.sync);
        Self { log_path, sync, file: None, bytes: 0, open: HashMap::new() }
    }

    /// Keeps these lines, each under its call's name: all or none.
    pub(super) fn begin(&mut self, lines: Vec<(String, String)>) -> io::Result<()> {
        if self.bytes > BYTES_MAX {
            self.renew()?;
        }
        let text: String = lines.iter().map(|(_, line)| line.as_str()).collect();
        self.write(&text)?;
        self.open.extend(lines);
        Ok(())
    }

    /// These have their line in the file.
    pub(super) fn end(&mut self, call_ids: &[String]) {
        for call_id in call_ids {
            self.open.remove(call_id);
        }
        if self.open.is_empty() && self.bytes > BYTES_MAX / 16 {
            // Left as it is it does no harm: what it holds is found in the file.
            let emptied = self.file.as_ref().is_some_and(|(_, file)| file.set_len(0).is_ok());
            self.bytes = if emptied { 0 } else { self.bytes };
        }
    }

    /// A new journal of what is under way, then the end of the old one: in between both hold it.
    fn renew(&mut self) -> io::Result<()> {
        let (old, bytes) = (self.file.take(), std::mem::take(&mut self.bytes));
        let text: String = self.open.values().map(String::as_str).collect();
        match self.write(&text) {
            Ok(()) => {
                if let Some((path, _)) = old {
                    std::fs::remove_file(path)?;
                }
                Ok(())
            }
            Err(error) => {
                self.discard();
                (self.file, self.bytes) = (old, bytes);
                Err(error)
            }
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        if !self.file.as_ref().map_or(Ok(false), |(path, file)| leads_to(path, file))? {
            self.file = Some(made(&self.log_path, self.sync)?);
            self.bytes = 0;
        }
        let Some((_, file)) = &mut self.file else { return Ok(()) };
        let sync = self.sync;
        let done = file.write_all(text.as_bytes()).and_then(|()| if sync { file.sync_data() } else { Ok(()) });
        match done {
            Ok(()) => {
                self.bytes += text.len() as u64;
                Ok(())
            }
            Err(error) => {
                file.set_len(self.bytes)?;
                Err(error)
            }
        }
    }

    fn discard(&mut self) {
        if let Some((path, _)) = self.file.take() {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.open.is_empty() {
            self.discard();
        }
    }
}

/// A new file, locked. Whoever looks for journals of processes that ended may lock and remove it in the moment before.
fn made(log_path: &Path, sync: bool) -> io::Result<(PathBuf, File)> {
    loop {
        let time_ns = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let mut name = log_path.as_os_str().to_owned();
        name.push(format!("{INFIX}{}-{time_ns}", std::process::id()));
        let path = PathBuf::from(name);
        let file = private().append(true).create_new(true).open(&path)?;
        file.lock()?;
        if leads_to(&path, &file)? {
            if sync {
                super::rotate::sync_folder(log_path)?;
            }
            return Ok((path, file));
        }
    }
}
