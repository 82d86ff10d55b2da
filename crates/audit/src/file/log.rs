use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::SystemTime;

use super::FileOptions;
use super::same::{leads_to, private};

/// How much is read at once to find the end of the last whole line.
const BLOCK_BYTES: u64 = 64 * 1024;

/// The file itself. Whoever adds to it holds its lock, so that processes neither mix their lines nor put aside a
/// file that another is about to write to.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) options: FileOptions,
    file: Option<File>,
}

impl Log {
    pub(super) fn new(options: FileOptions) -> Self {
        Self { options, file: None }
    }

    /// Whether lines could be added now, as far as can be told without adding any.
    pub(super) fn check(&mut self) -> io::Result<()> {
        if !self.open()?.metadata()?.is_file() {
            return Err(io::Error::other("only an ordinary file can keep calls as begun"));
        }
        Ok(())
    }

    /// Adds these lines: all or none of them.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let done = self.try_append(lines);
        if done.is_err() {
            // Closing it gives the lock back and begins afresh: the cause may be that the file is no longer there.
            self.file = None;
        }
        done
    }

    fn try_append(&mut self, lines: &[u8]) -> io::Result<()> {
        if !self.open()?.metadata()?.is_file() {
            return self.open()?.write_all(lines);
        }
        self.lock()?;
        let mut length = whole_lines(self.locked()?)?;
        let metadata = self.locked()?.metadata()?;
        if self.is_due(&metadata, length, lines.len() as u64) {
            self.put_aside()?;
            length = 0;
        }
        let sync = self.options.sync;
        let file = self.locked()?;
        let done = file.write_all(lines).and_then(|()| if sync { file.sync_data() } else { Ok(()) });
        if done.is_err() {
            file.set_len(length)?;
        }
        file.unlock()?;
        done
    }

    /// Puts the file aside and begins a new one, which is locked like the old one.
    fn put_aside(&mut self) -> io::Result<()> {
        if let Some(old) = &self.file {
            old.sync_all()?;
        }
        super::rotate::rotate(&self.options)?;
        let old = self.file.take();
        self.lock()?;
        drop(old);
        Ok(())
    }

    /// Locks the file that the path leads to, whatever other processes do in the meantime.
    fn lock(&mut self) -> io::Result<()> {
        loop {
            self.open()?.lock()?;
            // It may have been put aside while this waited.
            if let Some(file) = &self.file
                && leads_to(&self.options.path, file)?
            {
                return Ok(());
            }
        }
    }

    fn locked(&mut self) -> io::Result<&mut File> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the audit file is not open"))
    }

    /// The file that the path leads to.
    pub(super) fn open(&mut self) -> io::Result<&mut File> {
        let path = &self.options.path;
        let file = match self.file.take() {
            Some(file) if leads_to(path, &file)? => file,
            _ => {
                let special = std::fs::metadata(path).is_ok_and(|there| !there.is_file());
                let made = !special && !path.exists();
                let file = private().append(true).create(!special).read(!special).open(path)?;
                if made && self.options.sync {
                    super::rotate::sync_folder(path)?;
                }
                file
            }
        };
        Ok(self.file.insert(file))
    }

    fn is_due(&self, file: &Metadata, length: u64, more: u64) -> bool {
        let full = self.options.rotate_bytes_max > 0 && length + more > self.options.rotate_bytes_max;
        let old = self.options.rotate_daily && file.modified().is_ok_and(|at| day(at) < day(SystemTime::now()));
        length > 0 && (full || old)
    }
}

/// The length of the file without a last line that has no end, which is cut off: its writer was stopped in the middle
/// of it and told nobody that it was kept.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let (mut end, mut block) = (length, Vec::new());
    while end > 0 {
        // Mostly the last byte is a line's end, and nothing more is read.
        let size = if end == length { 1 } else { BLOCK_BYTES.min(end) };
        file.seek(SeekFrom::Start(end - size))?;
        block.clear();
        Read::by_ref(file).take(size).read_to_end(&mut block)?;
        if let Some(at) = block.iter().rposition(|byte| *byte == b'\n') {
            end = end - size + at as u64 + 1;
            break;
        }
        end -= size;
    }
    if end < length {
        tracing::warn!(bytes = length - end, "the audit file ended in the middle of a line, which was cut off");
        file.set_len(end)?;
    }
    Ok(end)
}

/// Days since 1970-01-01 UTC.
fn day(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400)
}
