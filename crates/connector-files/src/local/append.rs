use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use cap_std::fs::Dir;
use connector::{ErrorKind, Result};

use super::Local;
use super::draft::Draft;
use super::handles::{open_file, sync};
use super::write::{TRIES_MAX, create, put, writable};
use crate::actions::append::fits;
use crate::entry::{Entry, Stat};
use crate::error::{failed, lookup};
use crate::home::{Addition, When, busy};
use crate::path::Place;
use crate::text::SNIFF_BYTES;

/// Writes the old bytes and the new beside the file, and then puts that in its place. Adding to the file itself could
/// leave half of the new bytes behind when the server is killed.
pub(super) fn append(home: &Local<'_>, place: &Place, addition: &Addition<'_>, when: When<'_>) -> Result<Entry> {
    for _ in 0..TRIES_MAX {
        match home.folder(&place.parent()).map_err(lookup).and_then(|dir| add(home, &dir, place, addition, when)) {
            Err(error) if error.kind() == ErrorKind::NotFound && when == When::Any => {}
            done => return done,
        }
        let bytes = addition(None)?;
        fits(bytes.len() as u64, home.config)?;
        match create(home, place, &bytes) {
            Err(error) if error.kind() == ErrorKind::Conflict && home.folder(&place.parent()).is_ok() => {}
            done => return done,
        }
    }
    Err(busy())
}

fn add(home: &Local<'_>, dir: &Dir, place: &Place, addition: &Addition<'_>, when: When<'_>) -> Result<Entry> {
    let lock = home.lock()?;
    let old = writable(dir, place.name())?;
    when.check(&Stat::local(&old))?;
    let (mut file, _) = open_file(dir, place.name())?;
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    file.by_ref().take(SNIFF_BYTES as u64).read_to_end(&mut head).map_err(failed)?;
    let bytes = addition(Some(&head))?;
    let size = old.len() + bytes.len() as u64;
    fits(size, home.config)?;
    let mut draft = Draft::new(dir)?;
    transfer(&mut file, &mut draft, home)?;
    draft.write(&bytes, home.stop)?;
    let metadata = put(home, place.name(), draft, &old, size)?;
    drop(lock);
    sync(dir).map_err(failed)?;
    Ok(Entry::local(place.clone(), &metadata))
}

/// Copies the whole file into a draft.
pub(super) fn transfer(source: &mut File, draft: &mut Draft<'_>, home: &Local<'_>) -> Result<u64> {
    source.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut buffer = vec![0; 256 * 1024];
    let mut copied = 0;
    loop {
        let bytes = source.read(&mut buffer).map_err(failed)?;
        if bytes == 0 {
            return Ok(copied);
        }
        copied += bytes as u64;
        crate::actions::copy::fits(copied, home.config)?;
        draft.write(&buffer[..bytes], home.stop)?;
    }
}
