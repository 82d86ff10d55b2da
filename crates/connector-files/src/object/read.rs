use connector::{Error, ErrorKind, Result};
use object_store::{Error as StoreError, GetOptions, GetRange};

use super::Objects;
use super::error::failed;
use crate::entry::{Entry, Kind};
use crate::error::missing;
use crate::home::Content;
use crate::path::Place;

pub(super) fn look(home: &Objects<'_>, place: &Place) -> Result<Entry> {
    match home.head(place)? {
        Some(stat) => Ok(Entry { place: place.clone(), kind: Kind::File, stat: Some(stat) }),
        None if home.is_folder(place)? => Ok(Objects::folder_entry(place)),
        None => Err(missing()),
    }
}

pub(super) fn open<'a>(home: &'a Objects<'_>, seen: &Entry) -> Result<Box<dyn Content + 'a>> {
    let stat = match &seen.stat {
        Some(stat) if stat.e_tag().is_some() => stat.clone(),
        _ => home.head(&seen.place)?.ok_or_else(missing)?,
    };
    Ok(Box::new(Opened { home, entry: Entry { place: seen.place.clone(), kind: Kind::File, stat: Some(stat) } }))
}

/// An object, of which only the ranges that are asked for are fetched, all of the same version.
struct Opened<'a> {
    home: &'a Objects<'a>,
    entry: Entry,
}

impl Content for Opened<'_> {
    fn entry(&self) -> &Entry {
        &self.entry
    }

    fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>> {
        let Some(stat) = &self.entry.stat else { return Err(missing()) };
        let end = offset.saturating_add(length as u64).min(stat.size);
        if offset >= end {
            return Ok(Vec::new());
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(offset..end)),
            if_match: stat.e_tag().map(str::to_owned),
            ..GetOptions::default()
        };
        let key = self.home.key(&self.entry.place)?;
        let read = async { self.home.store.get_opts(&key, options).await?.bytes().await };
        match self.home.try_ask(read)? {
            Ok(bytes) => Ok(bytes.into()),
            Err(error @ StoreError::Precondition { .. }) => Err(Error::new(
                ErrorKind::Unavailable,
                "The file was replaced while it was read. Try again in a moment.",
            )
            .with_source(error)),
            Err(error) => Err(failed(error)),
        }
    }
}
