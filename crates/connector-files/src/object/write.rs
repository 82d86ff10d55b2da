use connector::{Error, ErrorKind, Result};
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{Error as StoreError, PutMode, PutPayload, PutResult, UpdateVersion};

use super::error::failed;
use super::{Objects, TRIES_MAX};
use crate::entry::{Entry, Kind, Stat};
use crate::error::{missing, taken};
use crate::home::{When, busy, changed};
use crate::path::Place;

pub(super) fn write(home: &Objects<'_>, place: &Place, bytes: &[u8], when: When<'_>) -> Result<Entry> {
    if when == When::Absent {
        return create(home, place, bytes);
    }
    let _turn = home.turn()?;
    for _ in 0..TRIES_MAX {
        let Some(old) = existing(home, place)? else {
            if when != When::Any {
                return Err(missing());
            }
            match create(home, place, bytes) {
                Err(error) if error.kind() == ErrorKind::Conflict && home.head(place)?.is_some() => continue,
                done => return done,
            }
        };
        when.check(&old)?;
        if let Some(entry) = replace(home, place, bytes, &old, when)? {
            return Ok(entry);
        }
    }
    Err(busy())
}

/// The file at a place; a folder is refused.
pub(super) fn existing(home: &Objects<'_>, place: &Place) -> Result<Option<Stat>> {
    let found = home.head(place)?;
    if found.is_none() && home.is_folder(place)? {
        return Err(Error::invalid("That is a folder, which has no content. To rename it, use move."));
    }
    Ok(found)
}

pub(super) fn create(home: &Objects<'_>, place: &Place, bytes: &[u8]) -> Result<Entry> {
    home.must_be_in_folders("path", place)?;
    if home.is_folder(place)? {
        return Err(taken("path"));
    }
    let room = home.reserve(bytes.len() as u64, 1)?;
    match home.put(&home.key(place)?, bytes, PutMode::Create)? {
        Ok(put) => {
            room.commit();
            written(home, place, bytes.len() as u64, put.e_tag)
        }
        Err(StoreError::AlreadyExists { .. }) => Err(taken("path")),
        Err(error) => Err(failed(error)),
    }
}

/// Puts new content in the place of `old`; `None` where somebody else was faster and it may be tried again.
pub(super) fn replace(
    home: &Objects<'_>,
    place: &Place,
    bytes: &[u8],
    old: &Stat,
    when: When<'_>,
) -> Result<Option<Entry>> {
    let size = bytes.len() as u64;
    let room = home.reserve(size.saturating_sub(old.size), 0)?;
    // A store that gives no ETag cannot be asked to check one.
    let mode = match old.e_tag() {
        Some(tag) => PutMode::Update(UpdateVersion { e_tag: Some(tag.to_owned()), version: None }),
        None => PutMode::Overwrite,
    };
    match home.put(&home.key(place)?, bytes, mode)? {
        Ok(put) => {
            room.commit();
            home.ledger.freed(old.size.saturating_sub(size), 0);
            written(home, place, size, put.e_tag).map(Some)
        }
        Err(StoreError::Precondition { .. }) if matches!(when, When::Version(_)) => Err(changed()),
        Err(StoreError::Precondition { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

impl Objects<'_> {
    /// One request. Where it is not known how it ended, what the user keeps is counted again.
    pub(super) fn put(&self, key: &Path, bytes: &[u8], mode: PutMode) -> Result<object_store::Result<PutResult>> {
        let done = self.try_ask(self.store.put_opts(key, PutPayload::from(bytes.to_vec()), mode.into()));
        if !matches!(done, Ok(Ok(_) | Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }))) {
            self.ledger.forget();
        }
        done
    }
}

/// What was written, with the store's own time where nobody has written since.
fn written(home: &Objects<'_>, place: &Place, size: u64, e_tag: Option<String>) -> Result<Entry> {
    let stat = match home.head(place) {
        Ok(Some(stat)) if e_tag.is_none() || stat.e_tag() == e_tag.as_deref() => stat,
        _ => Stat::stored(size, Timestamp::now().as_nanosecond(), e_tag),
    };
    Ok(Entry { place: place.clone(), kind: Kind::File, stat: Some(stat) })
}
