//! Users' files in folders of this machine, reached through handles only.

mod append;
mod copy;
mod draft;
mod folders;
mod handles;
mod move_;
mod read;
mod remove;
mod rename;
mod sweep;
mod walk;
mod write;

use std::cell::OnceCell;
use std::fs::{File, TryLockError};
use std::time::{Duration, Instant};

use cap_std::fs::Dir;
use connector::{Error, Result};

use self::handles::{make_folder, readable, step};
pub(crate) use self::sweep::sweep;
use crate::blocking::Stop;
use crate::config::Config;
use crate::entry::Entry;
use crate::error::{failed, missing};
use crate::home::{Addition, Content, Home, Scope, Usage, Visit, Walked, When};
use crate::path::Place;
use crate::quota::{Ledger, Reservation};

/// How long to wait for another call that changes the same user's files.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(10);

/// One user's folder, held open.
#[derive(Debug)]
pub(crate) struct Local<'a> {
    root: &'a Dir,
    /// The names of the folders that lead from the root to the user's.
    names: &'a [String],
    top: OnceCell<Dir>,
    config: &'a Config,
    ledger: &'a Ledger,
    stop: &'a Stop,
}

impl<'a> Local<'a> {
    /// The user's folder, which need not exist yet.
    pub(crate) fn open(
        root: &'a Dir,
        names: &'a [String],
        config: &'a Config,
        ledger: &'a Ledger,
        stop: &'a Stop,
    ) -> Result<Self> {
        let mut top = Some(root.try_clone().map_err(failed)?);
        for name in names {
            if let Some(dir) = &top {
                top = step(dir, name)?;
            }
        }
        let top = top.map(OnceCell::from).unwrap_or_default();
        Ok(Self { root, names, top, config, ledger, stop })
    }

    fn top(&self) -> Result<&Dir> {
        self.top.get().ok_or_else(missing)
    }

    /// The user's folder, made if there is none.
    fn top_or_make(&self) -> Result<&Dir> {
        if let Some(top) = self.top.get() {
            return Ok(top);
        }
        let mut top = self.root.try_clone().map_err(failed)?;
        for name in self.names {
            top = match step(&top, name)? {
                Some(below) => below,
                None => {
                    make_folder(&top, name).map_err(failed)?;
                    step(&top, name)?.ok_or_else(missing)?
                }
            };
        }
        Ok(self.top.get_or_init(|| top))
    }

    /// Keeps other calls, of this process and others on this machine, from changing this user's files meanwhile.
    /// File systems that cannot lock do without.
    fn lock(&self) -> Result<Option<File>> {
        let handle = readable(self.top()?).map_err(failed)?;
        let start = Instant::now();
        loop {
            self.stop.check()?;
            match handle.try_lock() {
                Ok(()) => return Ok(Some(handle)),
                Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_WAIT_MAX => {
                    std::thread::park_timeout(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::unavailable("the lock on a user's folder was not released in time"));
                }
                Err(TryLockError::Error(_)) => return Ok(None),
            }
        }
    }

    fn reserve(&self, bytes: u64, files: u64) -> Result<Reservation<'_>> {
        self.ledger.reserve(bytes, files, &|| Usage::count(self))
    }
}

impl Home for Local<'_> {
    fn look(&self, place: &Place) -> Result<Entry> {
        read::look(self, place)
    }

    fn open(&self, seen: &Entry) -> Result<Box<dyn Content + '_>> {
        read::open(self, &seen.place)
    }

    fn walk(&self, scope: &Scope<'_>, visit: &mut Visit<'_>) -> Result<Walked> {
        walk::walk(self, scope, visit)
    }

    fn walks_in_order(&self, _: &Scope<'_>) -> bool {
        false
    }

    fn create_folder(&self, place: &Place) -> Result<Entry> {
        folders::create(self, place)
    }

    fn write(&self, place: &Place, bytes: &[u8], when: When<'_>) -> Result<Entry> {
        write::write(self, place, bytes, when)
    }

    fn append(&self, place: &Place, addition: &Addition<'_>, when: When<'_>) -> Result<Entry> {
        append::append(self, place, addition, when)
    }

    fn delete(&self, place: &Place, recursive: bool, if_version: Option<&str>) -> Result<()> {
        remove::remove(self, place, recursive, if_version)
    }

    fn rename(&self, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
        move_::rename(self, from, to, overwrite)
    }

    fn copy(&self, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
        copy::copy(self, from, to, overwrite)
    }

    fn usage(&self) -> Result<Usage> {
        Usage::count(self)
    }
}
