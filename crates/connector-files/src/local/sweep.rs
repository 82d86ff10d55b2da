//! Removes what a killed server left half-written.

use std::fs::{File, TryLockError};
use std::time::{Duration, SystemTime};

use cap_fs_ext::DirExt;
use cap_std::fs::{Dir, DirEntry};

use super::draft::is_draft_name;
use super::handles::{open_plain, readable};
use super::remove::remove_tree;
use crate::blocking::Stop;

/// When something half-written can only be what a crash left, where locks do not tell.
const LEFTOVER_AGE_MIN: Duration = Duration::from_secs(60 * 60);

/// How many names one sweep at start looks at. What it does not reach goes when its user's folder is next walked.
const NAMES_MAX: usize = 1_000_000;

/// Looks through all users' folders, without following any link.
pub(crate) fn sweep(root: &Dir, stop: &Stop) -> connector::Result<()> {
    let (mut waiting, mut seen) = (vec![Vec::new()], 0_usize);
    while let Some(path) = waiting.pop() {
        let Some(dir) = open(root, &path) else { continue };
        let Ok(items) = dir.entries() else { continue };
        for item in items.flatten() {
            stop.check()?;
            seen += 1;
            if seen > NAMES_MAX {
                return Ok(());
            }
            let name = item.file_name();
            if name.to_str().is_some_and(is_draft_name) {
                remove_leftover(&item, &dir);
            } else if item.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(path.iter().cloned().chain([name]).collect());
            }
        }
    }
    Ok(())
}

fn open(root: &Dir, path: &[std::ffi::OsString]) -> Option<Dir> {
    let mut dir = root.try_clone().ok()?;
    for name in path {
        dir = dir.open_dir_nofollow(name).ok()?;
    }
    Some(dir)
}

/// Removes a draft whose writer has gone: a living one holds its lock.
pub(super) fn remove_leftover(item: &DirEntry, dir: &Dir) {
    let name = item.file_name();
    let (Some(name), Ok(metadata)) = (name.to_str(), item.metadata()) else { return };
    let old = || {
        let modified = metadata.modified().ok();
        modified.is_some_and(|time| {
            SystemTime::now().duration_since(time.into_std()).is_ok_and(|age| age > LEFTOVER_AGE_MIN)
        })
    };
    let handle = if metadata.is_dir() {
        dir.open_dir_nofollow(name).and_then(|below| readable(&below))
    } else {
        open_plain(dir, name)
    };
    // The lock, where it is got, is kept until the draft is gone.
    let Some(_lock) = handle.ok().and_then(|handle| left(handle, &old)) else { return };
    let removed = if metadata.is_dir() { remove_tree(dir, name) } else { dir.remove_file(name) };
    if let Err(error) = removed {
        tracing::debug!(%error, "what a crash left behind could not be removed");
    }
}

fn left(handle: File, old: &dyn Fn() -> bool) -> Option<File> {
    match handle.try_lock() {
        Ok(()) => Some(handle),
        Err(TryLockError::Error(_)) if old() => Some(handle),
        Err(_) => None,
    }
}
