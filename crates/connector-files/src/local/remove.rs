use std::ffi::OsString;
use std::io;

use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use connector::{Error, ErrorKind, Result};

use super::Local;
use super::draft::draft_name;
use super::handles::{look, sync};
use crate::delete::{folder_has_no_version, not_empty};
use crate::entry::Stat;
use crate::error::{failed, lookup};
use crate::home::When;
use crate::path::Place;

pub(super) fn remove(home: &Local<'_>, place: &Place, recursive: bool, if_version: Option<&str>) -> Result<()> {
    let dir = home.folder(&place.parent()).map_err(lookup)?;
    let lock = home.lock()?;
    let found = look(&dir, place.name())?;
    let mut doomed = None;
    if found.is_dir() && if_version.is_some() {
        return Err(folder_has_no_version());
    }
    if found.is_file() {
        When::of(if_version, false).check(&Stat::local(&found))?;
        dir.remove_file(place.name()).map_err(lookup)?;
        home.ledger.freed(found.len(), 1);
    } else if recursive {
        // It vanishes in one step; what takes long happens where nobody sees it, and is finished even if the
        // caller goes away.
        let name = draft_name()?;
        dir.rename(place.name(), &dir, &name).map_err(lookup)?;
        home.ledger.forget();
        doomed = Some(name);
    } else {
        dir.remove_dir(place.name()).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty => not_empty(),
            _ => lookup(error),
        })?;
        home.ledger.freed(0, 1);
    }
    drop(lock);
    sync(&dir).map_err(failed)?;
    match doomed.map(|name| remove_tree(&dir, &name)) {
        // A sweep may have helped.
        Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(left_over(error)),
        _ => Ok(()),
    }
}

fn left_over(error: io::Error) -> Error {
    let kind = failed(error);
    Error::new(ErrorKind::Internal, "The folder is gone for you, but the server could not free all of its space.")
        .with_source(format!("{kind:?}"))
}

/// Removes a folder and everything in it. Links are removed, never followed. However deep it is, only a few handles
/// are open at a time.
pub(super) fn remove_tree(parent: &Dir, name: &str) -> io::Result<()> {
    let top = parent.open_dir_nofollow(name)?;
    let mut path: Vec<OsString> = Vec::new();
    loop {
        let mut dir = top.try_clone()?;
        for step in &path {
            dir = dir.open_dir_nofollow(step)?;
        }
        match remove_until_folder(&dir)? {
            Some(deeper) => path.push(deeper),
            // Now empty: the next look at the folder above removes it.
            None if path.pop().is_none() => break,
            None => {}
        }
    }
    parent.remove_dir(name)
}

/// Removes what it can and stops at the first folder that is not empty.
fn remove_until_folder(dir: &Dir) -> io::Result<Option<OsString>> {
    for item in dir.entries()? {
        let name = item?.file_name();
        let is_folder = dir.symlink_metadata(&name).is_ok_and(|found| found.is_dir());
        match if is_folder { dir.remove_dir(&name) } else { dir.remove_file(&name) } {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => return Ok(Some(name)),
            // Whoever was writing it has given up.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(None)
}
