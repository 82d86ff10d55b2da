use std::ffi::OsString;
use std::io;

use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use connector::{Delete, Error, ErrorKind, Outcome, Result};

use crate::blocking::Stop;
use crate::config::Config;
use crate::error::{failed, lookup, missing};
use crate::get::identifier;
use crate::home::{Home, look, sync};
use crate::options::Options;
use crate::update::same_version;
use crate::write::draft_name;

/// Removes a file, or a folder that is empty or is to go with everything in it.
pub(crate) fn delete(home: Option<&Home>, delete: &Delete, config: &Config, stop: &Stop) -> Result<Outcome> {
    let place = identifier(&delete.identifier, config)?;
    let options = Options(&delete.options);
    let recursive = options.flag("recursive")?.unwrap_or(false);
    let home = home.ok_or_else(missing)?;
    let dir = home.folder(&place.parent()).map_err(lookup)?;
    let lock = home.lock(stop)?;
    let found = look(&dir, place.name())?;
    let mut doomed = None;
    if found.is_dir() && options.text("if_version")?.is_some() {
        return Err(Error::invalid("A folder has no version. Leave out `if_version`."));
    }
    if found.is_file() {
        same_version(options.text("if_version")?, &found)?;
        dir.remove_file(place.name()).map_err(lookup)?;
    } else if recursive {
        // It vanishes in one step; what takes long happens where nobody sees it, and is finished even if the
        // caller goes away.
        let name = draft_name()?;
        dir.rename(place.name(), &dir, &name).map_err(lookup)?;
        doomed = Some(name);
    } else {
        dir.remove_dir(place.name()).map_err(not_empty)?;
    }
    drop(lock);
    sync(&dir).map_err(failed)?;
    if let Some(name) = doomed {
        remove_tree(&dir, &name).map_err(failed)?;
    }
    Ok(Outcome { id: Some(place.as_str().into()), ..Outcome::default() })
}

fn not_empty(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::DirectoryNotEmpty => Error::new(
            ErrorKind::Conflict,
            "That folder is not empty, perhaps of things that are not shown. Say `recursive` true to delete it all.",
        ),
        _ => lookup(error),
    }
}

/// Removes a folder and everything in it. Links are removed, never followed. However deep it is, only a few handles
/// are open at a time.
pub(crate) fn remove_tree(parent: &Dir, name: &str) -> io::Result<()> {
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
