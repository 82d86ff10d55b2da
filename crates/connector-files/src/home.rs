use std::fs::{File, TryLockError};
use std::io;
use std::time::{Duration, Instant};

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt, OpenOptionsSyncExt};
use cap_std::fs::{Dir, DirBuilder, Metadata, OpenOptions};
use connector::{Error, ErrorKind, Result};

use crate::blocking::Stop;
use crate::error::{failed, is_symlink, lookup, missing, not_a_folder};
use crate::path::Place;

/// How long to wait for another call that changes the same user's files.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(10);

/// One user's folder, held open. Everything the user names is reached from here.
#[derive(Debug)]
pub(crate) struct Home {
    top: Dir,
}

impl Home {
    /// The user's folder, if there is one.
    pub(crate) fn open(root: &Dir, names: &[String]) -> Result<Option<Self>> {
        let mut top = root.try_clone().map_err(failed)?;
        for name in names {
            match Self::step(&top, name)? {
                Some(below) => top = below,
                None => return Ok(None),
            }
        }
        Ok(Some(Self { top }))
    }

    fn step(dir: &Dir, name: &str) -> Result<Option<Dir>> {
        match dir.open_dir_nofollow(name) {
            Ok(below) => Ok(Some(below)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory || is_symlink(&error) => Err(Error::new(
                ErrorKind::PermissionDenied,
                "Your folder on the server is not an ordinary folder, so it is not used. Tell its operator.",
            )
            .with_source(error)),
            Err(error) => Err(failed(error)),
        }
    }

    /// The user's folder, made if there is none.
    pub(crate) fn open_or_make(root: &Dir, names: &[String]) -> Result<Self> {
        let mut top = root.try_clone().map_err(failed)?;
        for name in names {
            top = match Self::step(&top, name)? {
                Some(below) => below,
                None => {
                    make_folder(&top, name).map_err(failed)?;
                    Self::step(&top, name)?.ok_or_else(missing)?
                }
            };
        }
        Ok(Self { top })
    }

    /// A folder that must be there. No link on the way is followed.
    pub(crate) fn folder(&self, place: &Place) -> io::Result<Dir> {
        let mut dir = self.top.try_clone()?;
        for name in place.names() {
            dir = dir.open_dir_nofollow(name)?;
        }
        Ok(dir)
    }

    /// A folder and the folders on its way, made where they are missing.
    pub(crate) fn folder_or_make(&self, argument: &str, place: &Place) -> Result<Dir> {
        let mut dir = self.top.try_clone().map_err(failed)?;
        for name in place.names() {
            dir = match dir.open_dir_nofollow(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    make_folder(&dir, name).and_then(|()| dir.open_dir_nofollow(name))
                }
                opened => opened,
            }
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotADirectory => not_a_folder(argument),
                _ if is_symlink(&error) => not_a_folder(argument),
                _ => failed(error),
            })?;
        }
        Ok(dir)
    }

    /// Keeps other calls, of this process and others on this machine, from changing this user's files meanwhile.
    /// File systems that cannot lock do without.
    pub(crate) fn lock(&self, stop: &Stop) -> Result<Option<File>> {
        let handle = readable(&self.top).map_err(failed)?;
        let start = Instant::now();
        loop {
            stop.check()?;
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
}

/// A file or folder that callers may see, without opening it.
pub(crate) fn look(dir: &Dir, name: &str) -> Result<Metadata> {
    let metadata = dir.symlink_metadata(name).map_err(lookup)?;
    if metadata.is_file() || metadata.is_dir() { Ok(metadata) } else { Err(missing()) }
}

/// Opens a regular file for reading, and nothing else: a pipe or device is not even touched, and one that takes the
/// file's place in between does not block.
pub(crate) fn open_file(dir: &Dir, name: &str) -> Result<(File, Metadata)> {
    if !look(dir, name)?.is_file() {
        return Err(missing());
    }
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    let file = dir.open_with(name, &options).map_err(lookup)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_file() { Ok((file.into_std(), metadata)) } else { Err(missing()) }
}

/// Makes what was changed in `dir` survive a crash.
pub(crate) fn sync(dir: &Dir) -> io::Result<()> {
    if cfg!(unix) { readable(dir)?.sync_all() } else { Ok(()) }
}

fn readable(dir: &Dir) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).maybe_dir(true);
    Ok(dir.open_with(".", &options)?.into_std())
}

/// Makes a folder that only the server's own user can enter. One that is there already is fine.
pub(crate) fn make_folder(dir: &Dir, name: &str) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    cap_std::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match dir.create_dir_with(name, &builder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync(dir),
    }
}
