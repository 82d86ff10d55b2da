use connector::Result;

use super::Objects;
use crate::actions::copy::{Inside, fits};
use crate::entry::{Entry, Kind};
use crate::error::{missing, taken};
use crate::home::Home;
use crate::path::Place;

pub(super) fn copy(home: &Objects<'_>, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
    let _turn = home.turn()?;
    let found = home.look(from)?;
    if found.kind == Kind::Folder {
        let inside = Inside::of(home, from, to, home.config)?;
        home.must_be_free("to", to)?;
        let room = home.reserve(inside.usage.bytes, inside.usage.files + inside.usage.folders + 1)?;
        home.copy_all(from, &inside, to)?;
        room.commit();
        return Ok(Objects::folder_entry(to));
    }
    let size = found.stat.map_or(0, |stat| stat.size);
    fits(size, home.config)?;
    let replaced = home.target(to, overwrite)?;
    let room = home.reserve(size.saturating_sub(replaced.unwrap_or(0)), u64::from(replaced.is_none()))?;
    home.copy_object(from, size, to, overwrite)?;
    room.commit();
    if let Some(old) = replaced {
        home.ledger.freed(old.saturating_sub(size), 0);
    }
    Ok(Entry { place: to.clone(), kind: Kind::File, stat: Some(home.head(to)?.ok_or_else(missing)?) })
}

impl Objects<'_> {
    /// Whether a file may be put at `to`, and how large the file is that it replaces.
    pub(super) fn target(&self, to: &Place, overwrite: bool) -> Result<Option<u64>> {
        self.must_be_in_folders("to", to)?;
        if self.is_folder(to)? {
            return Err(taken("to"));
        }
        match self.head(to)? {
            Some(_) if !overwrite => Err(taken("to")),
            found => Ok(found.map(|stat| stat.size)),
        }
    }
}
