//! What is done with handles of folders, one name at a time.

use std::fs::File;
use std::io;

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt, OpenOptionsSyncExt};
use cap_std::fs::{Dir, DirBuilder, Metadata, OpenOptions};
use connector::{Error, ErrorKind, Result};

use crate::error::{failed, is_symlink, lookup, missing, taken};

/// A user's folder or one on the way to it; `None` where there is none.
pub(super) fn step(dir: &Dir, name: &str) -> Result<Option<Dir>> {
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

/// A file or folder that callers may see, without opening it.
pub(super) fn look(dir: &Dir, name: &str) -> Result<Metadata> {
    let metadata = dir.symlink_metadata(name).map_err(lookup)?;
    if metadata.is_file() || metadata.is_dir() { Ok(metadata) } else { Err(missing()) }
}

/// Opens a regular file for reading, and nothing else: a pipe or device is not even touched, and one that takes the
/// file's place in between does not block.
pub(super) fn open_file(dir: &Dir, name: &str) -> Result<(File, Metadata)> {
    if !look(dir, name)?.is_file() {
        return Err(missing());
    }
    let file = open_plain(dir, name).map_err(lookup)?;
    let metadata = Metadata::from_file(&file).map_err(failed)?;
    if metadata.is_file() { Ok((file, metadata)) } else { Err(missing()) }
}

/// Opens without following a link and without waiting for the other end of a pipe.
pub(super) fn open_plain(dir: &Dir, name: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    Ok(dir.open_with(name, &options)?.into_std())
}

/// Makes what was changed in `dir` survive a crash.
pub(super) fn sync(dir: &Dir) -> io::Result<()> {
    if cfg!(unix) { readable(dir)?.sync_all() } else { Ok(()) }
}

pub(super) fn readable(dir: &Dir) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).maybe_dir(true);
    Ok(dir.open_with(".", &options)?.into_std())
}

/// Makes a folder that only the server's own user can enter, and says whether it did. One that is there is fine.
pub(super) fn make_folder(dir: &Dir, name: &str) -> io::Result<bool> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    cap_std::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match dir.create_dir_with(name, &builder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
        Ok(()) => sync(dir).map(|()| true),
    }
}

/// A file may take the place of a file, and nothing else of anything else. Gives the size of the file that is there.
pub(super) fn may_replace(dir: &Dir, name: &str, with_folder: bool) -> Result<Option<u64>> {
    match dir.symlink_metadata(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
        Ok(there) if there.is_file() && !with_folder => Ok(Some(there.len())),
        Ok(_) => Err(taken("to")),
    }
}
