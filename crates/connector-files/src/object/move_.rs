use connector::{Error, ErrorKind, Result};
use futures::StreamExt;
use object_store::path::Path;

use super::Objects;
use crate::actions::copy::Inside;
use crate::entry::{Entry, Kind};
use crate::error::{missing, taken};
use crate::home::Home;
use crate::path::Place;

/// Copies, and then deletes what was copied.
pub(super) fn rename(home: &Objects<'_>, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
    let _turn = home.turn()?;
    let found = home.look(from)?;
    if from == to {
        return Ok(found);
    }
    if found.kind == Kind::Folder {
        if overwrite && home.head(to)?.is_some() {
            return Err(taken("to"));
        }
        let inside = Inside::of(home, from, to, home.config)?;
        home.must_be_free("to", to)?;
        home.copy_all(from, &inside, to)?;
        let mut keys = vec![home.marker(from)?];
        for entry in &inside.entries {
            keys.push(if entry.kind == Kind::Folder { home.marker(&entry.place)? } else { home.key(&entry.place)? });
        }
        home.ledger.forget();
        home.remove_moved(keys)?;
        return Ok(Objects::folder_entry(to));
    }
    let replaced = home.target(to, overwrite)?;
    home.copy_object(from, found.stat.map_or(0, |stat| stat.size), to, overwrite)?;
    home.remove_moved(vec![home.key(from)?])?;
    if let Some(bytes) = replaced {
        home.ledger.freed(bytes, 1);
    }
    Ok(Entry { place: to.clone(), kind: Kind::File, stat: Some(home.head(to)?.ok_or_else(missing)?) })
}

impl Objects<'_> {
    fn remove_moved(&self, keys: Vec<Path>) -> Result<()> {
        let keys = futures::stream::iter(keys.into_iter().map(Ok)).boxed();
        let mut deleting = self.store.delete_stream(keys);
        while let Some(done) = self.finish(deleting.next())? {
            match done {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => {
                    self.ledger.forget();
                    return Err(Error::new(
                        ErrorKind::Internal,
                        "All of it is at `to` now, but not all could be removed at `from`. Delete what is left there.",
                    )
                    .with_source(error));
                }
            }
        }
        Ok(())
    }
}
