use cap_std::fs::{Dir, Metadata};
use connector::{Error, ErrorKind, Result};

use super::Local;
use super::draft::Draft;
use super::handles::{look, sync};
use crate::entry::{Entry, Stat};
use crate::error::{failed, lookup};
use crate::home::{When, busy};
use crate::path::Place;

/// How often a file is tried anew that others make and remove meanwhile.
pub(super) const TRIES_MAX: u32 = 5;

pub(super) fn write(home: &Local<'_>, place: &Place, bytes: &[u8], when: When<'_>) -> Result<Entry> {
    for _ in 0..TRIES_MAX {
        let done = match when {
            When::Absent => return create(home, place, bytes),
            When::Present | When::Version(_) => return replace(home, place, bytes, when),
            When::Any => replace(home, place, bytes, when),
        };
        match done {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            done => return done,
        }
        match create(home, place, bytes) {
            Err(error) if error.kind() == ErrorKind::Conflict && look_at(home, place).is_some() => {}
            done => return done,
        }
    }
    Err(busy())
}

fn look_at(home: &Local<'_>, place: &Place) -> Option<Metadata> {
    look(&home.folder(&place.parent()).ok()?, place.name()).ok()
}

pub(super) fn create(home: &Local<'_>, place: &Place, bytes: &[u8]) -> Result<Entry> {
    let room = home.reserve(bytes.len() as u64, 1)?;
    let dir = home.folder_or_make("path", &place.parent())?;
    let mut draft = Draft::new(&dir)?;
    draft.write(bytes, home.stop)?;
    let metadata = draft.place_new(home, place.name(), "path")?;
    room.commit();
    Ok(Entry::local(place.clone(), &metadata))
}

fn replace(home: &Local<'_>, place: &Place, bytes: &[u8], when: When<'_>) -> Result<Entry> {
    let dir = home.folder(&place.parent()).map_err(lookup)?;
    writable(&dir, place.name())?;
    let mut draft = Draft::new(&dir)?;
    draft.write(bytes, home.stop)?;
    let lock = home.lock()?;
    let old = writable(&dir, place.name())?;
    when.check(&Stat::local(&old))?;
    let metadata = put(home, place.name(), draft, &old, bytes.len() as u64)?;
    drop(lock);
    sync(&dir).map_err(failed)?;
    Ok(Entry::local(place.clone(), &metadata))
}

/// Puts a draft in the place of `old`. The caller holds the user's lock.
pub(super) fn put(home: &Local<'_>, name: &str, draft: Draft<'_>, old: &Metadata, bytes: u64) -> Result<Metadata> {
    let room = home.reserve(bytes.saturating_sub(old.len()), 0)?;
    draft.permissions_of(old)?;
    let metadata = draft.seal(home.stop)?;
    draft.replace(name)?;
    room.commit();
    home.ledger.freed(old.len().saturating_sub(bytes), 0);
    Ok(metadata)
}

pub(super) fn writable(dir: &Dir, name: &str) -> Result<Metadata> {
    let metadata = look(dir, name)?;
    if metadata.is_dir() {
        return Err(Error::invalid("That is a folder, which has no content. To rename it, use move."));
    }
    if metadata.permissions().readonly() {
        return Err(Error::new(ErrorKind::PermissionDenied, "That file is marked as read-only."));
    }
    Ok(metadata)
}
