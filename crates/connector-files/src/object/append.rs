use connector::{ErrorKind, Result};

use super::write::{create, existing, replace};
use super::{Objects, TRIES_MAX};
use crate::actions::append::fits;
use crate::entry::{Entry, Kind};
use crate::error::missing;
use crate::home::{Addition, Home, When, busy};
use crate::path::Place;
use crate::text::SNIFF_BYTES;

/// A store cannot add to an object, so the old bytes are fetched and written with the new, on the condition that
/// nobody has written since.
pub(super) fn append(home: &Objects<'_>, place: &Place, addition: &Addition<'_>, when: When<'_>) -> Result<Entry> {
    let _turn = home.turn()?;
    for _ in 0..TRIES_MAX {
        let Some(old) = existing(home, place)? else {
            if when != When::Any {
                return Err(missing());
            }
            let bytes = addition(None)?;
            fits(bytes.len() as u64, home.config)?;
            match create(home, place, &bytes) {
                Err(error) if error.kind() == ErrorKind::Conflict && home.head(place)?.is_some() => continue,
                done => return done,
            }
        };
        when.check(&old)?;
        fits(old.size, home.config)?;
        let seen = Entry { place: place.clone(), kind: Kind::File, stat: Some(old.clone()) };
        let mut bytes = match home.open(&seen)?.read(0, usize::try_from(old.size).unwrap_or(usize::MAX)) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            read => read?,
        };
        let more = addition(Some(&bytes[..bytes.len().min(SNIFF_BYTES)]))?;
        bytes.extend(more);
        fits(bytes.len() as u64, home.config)?;
        if let Some(entry) = replace(home, place, &bytes, &old, when)? {
            return Ok(entry);
        }
    }
    Err(busy())
}
