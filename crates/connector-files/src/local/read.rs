use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use connector::Result;

use super::Local;
use super::handles::{look as look_at, open_file};
use crate::blocking::Stop;
use crate::entry::Entry;
use crate::error::{failed, lookup};
use crate::home::Content;
use crate::path::Place;

pub(super) fn look(home: &Local<'_>, place: &Place) -> Result<Entry> {
    let dir = home.folder(&place.parent()).map_err(lookup)?;
    Ok(Entry::local(place.clone(), &look_at(&dir, place.name())?))
}

pub(super) fn open<'a>(home: &'a Local<'_>, place: &Place) -> Result<Box<dyn Content + 'a>> {
    let dir = home.folder(&place.parent()).map_err(lookup)?;
    let (file, metadata) = open_file(&dir, place.name())?;
    Ok(Box::new(Opened { file, size: metadata.len(), entry: Entry::local(place.clone(), &metadata), stop: home.stop }))
}

/// A file that is open. Whoever writes it puts another in its place, so this one stays as it is.
struct Opened<'a> {
    file: File,
    size: u64,
    entry: Entry,
    stop: &'a Stop,
}

impl Content for Opened<'_> {
    fn entry(&self) -> &Entry {
        &self.entry
    }

    fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>> {
        const CHUNK_BYTES: usize = 256 * 1024;
        self.file.seek(SeekFrom::Start(offset.min(self.size))).map_err(failed)?;
        let mut bytes = Vec::new();
        loop {
            self.stop.check()?;
            let chunk = CHUNK_BYTES.min(length - bytes.len());
            if self.file.by_ref().take(chunk as u64).read_to_end(&mut bytes).map_err(failed)? == 0 {
                return Ok(bytes);
            }
        }
    }
}
