use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use connector::Result;

use super::Local;
use super::append::transfer;
use super::draft::{Draft, claim, draft_name};
use super::handles::{look, make_folder, may_replace, open_file, readable, sync};
use super::remove::remove_tree;
use super::rename::rename_to_free;
use crate::actions::copy::Inside;
use crate::entry::{Entry, Kind};
use crate::error::{failed, lookup, taken};
use crate::home::Home;
use crate::path::Place;

pub(super) fn copy(home: &Local<'_>, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
    match home.look(from)?.kind {
        Kind::File => file(home, from, to, overwrite),
        Kind::Folder => folder(home, from, to),
    }
}

fn file(home: &Local<'_>, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
    let from_dir = home.folder(&from.parent()).map_err(lookup)?;
    let (mut source, found) = open_file(&from_dir, from.name())?;
    crate::actions::copy::fits(found.len(), home.config)?;
    let room = home.reserve(found.len(), 1)?;
    let to_dir = home.folder_or_make("to", &to.parent())?;
    let mut draft = Draft::new(&to_dir)?;
    transfer(&mut source, &mut draft, home)?;
    let metadata = if overwrite {
        let metadata = draft.seal(home.stop)?;
        let lock = home.lock()?;
        let replaced = may_replace(&to_dir, to.name(), false)?;
        draft.replace(to.name())?;
        drop(lock);
        if let Some(bytes) = replaced {
            home.ledger.freed(bytes, 1);
        }
        sync(&to_dir).map_err(failed)?;
        metadata
    } else {
        draft.place_new(home, to.name(), "to")?
    };
    room.commit();
    Ok(Entry::local(to.clone(), &metadata))
}

/// Builds the copy where nobody sees it, and shows it whole.
fn folder(home: &Local<'_>, from: &Place, to: &Place) -> Result<Entry> {
    let inside = Inside::of(home, from, to, home.config)?;
    let room = home.reserve(inside.usage.bytes, inside.usage.files + inside.usage.folders + 1)?;
    let to_dir = home.folder_or_make("to", &to.parent())?;
    if to_dir.symlink_metadata(to.name()).is_ok() {
        return Err(taken("to"));
    }
    let mut tree = Tree::new(&to_dir)?;
    for entry in &inside.entries {
        let Some(below) = entry.place.below(from) else { continue };
        let mut names = below.split('/').peekable();
        let mut dir = tree.dir.try_clone().map_err(failed)?;
        while let Some(name) = names.next() {
            if names.peek().is_some() || entry.kind == Kind::Folder {
                make_folder(&dir, name).map_err(failed)?;
                dir = dir.open_dir_nofollow(name).map_err(failed)?;
            } else {
                let source = home.folder(&entry.place.parent()).map_err(lookup)?;
                let (mut source, _) = open_file(&source, entry.place.name())?;
                let mut draft = Draft::new(&dir)?;
                transfer(&mut source, &mut draft, home)?;
                draft.seal(home.stop)?;
                draft.replace(name)?;
            }
        }
        sync(&dir).map_err(failed)?;
    }
    rename_to_free(home, (&to_dir, &tree.name), (&to_dir, to.name()), "to")?;
    tree.placed = true;
    sync(&to_dir).map_err(failed)?;
    room.commit();
    Ok(Entry::local(to.clone(), &look(&to_dir, to.name())?))
}

/// A folder that is being filled. It is locked and vanishes as a [`Draft`] does.
struct Tree<'a> {
    parent: &'a Dir,
    name: String,
    dir: Dir,
    _lock: std::fs::File,
    placed: bool,
}

impl<'a> Tree<'a> {
    fn new(parent: &'a Dir) -> Result<Self> {
        loop {
            let name = draft_name()?;
            make_folder(parent, &name).map_err(failed)?;
            // A sweep that comes between removes it; then this starts again.
            let Ok(dir) = parent.open_dir_nofollow(&name) else { continue };
            let lock = readable(&dir).map_err(failed)?;
            if claim(&lock).map_err(failed)? {
                return Ok(Self { parent, name, dir, _lock: lock, placed: false });
            }
        }
    }
}

impl Drop for Tree<'_> {
    fn drop(&mut self) {
        if !self.placed
            && let Err(error) = remove_tree(self.parent, &self.name)
        {
            tracing::warn!(%error, "a half-copied folder could not be removed; the next walk over it will");
        }
    }
}
