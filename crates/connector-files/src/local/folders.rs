//! Folders that must be there, and folders that are made.

use std::io;

use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use connector::Result;

use super::Local;
use super::handles::{look, make_folder};
use crate::entry::Entry;
use crate::error::{failed, is_symlink, missing, not_a_folder, taken};
use crate::path::Place;

impl Local<'_> {
    /// A folder that must be there. No link on the way is followed.
    pub(super) fn folder(&self, place: &Place) -> io::Result<Dir> {
        let Some(top) = self.top.get() else { return Err(io::ErrorKind::NotFound.into()) };
        let mut dir = top.try_clone()?;
        for name in place.names() {
            dir = dir.open_dir_nofollow(name)?;
        }
        Ok(dir)
    }

    /// A folder and the folders on its way, made where they are missing.
    pub(super) fn folder_or_make(&self, argument: &str, place: &Place) -> Result<Dir> {
        let mut dir = self.top_or_make()?.try_clone().map_err(failed)?;
        for name in place.names() {
            let opened = match dir.open_dir_nofollow(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.make(&dir, name)?;
                    dir.open_dir_nofollow(name)
                }
                opened => opened,
            };
            dir = opened.map_err(|error| match error.kind() {
                io::ErrorKind::NotADirectory => not_a_folder(argument),
                _ if is_symlink(&error) => not_a_folder(argument),
                _ => failed(error),
            })?;
        }
        Ok(dir)
    }

    fn make(&self, dir: &Dir, name: &str) -> Result<bool> {
        let room = self.reserve(0, 1)?;
        let made = make_folder(dir, name).map_err(failed)?;
        if made {
            room.commit();
        }
        Ok(made)
    }
}

pub(super) fn create(home: &Local<'_>, place: &Place) -> Result<Entry> {
    let dir = home.folder_or_make("path", &place.parent())?;
    if dir.symlink_metadata(place.name()).is_ok() || !home.make(&dir, place.name())? {
        return Err(taken("path"));
    }
    let made = look(&dir, place.name())?;
    if made.is_dir() { Ok(Entry::local(place.clone(), &made)) } else { Err(missing()) }
}
