use connector::{Error, ErrorKind, Result};
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::Objects;
use super::error::failed;
use crate::delete::{folder_has_no_version, not_empty};
use crate::error::missing;
use crate::home::When;
use crate::path::Place;

/// A store cannot be asked to delete one version only: what another server writes between the look at the version
/// and the deletion is deleted with it.
pub(super) fn delete(home: &Objects<'_>, place: &Place, recursive: bool, if_version: Option<&str>) -> Result<()> {
    let _turn = home.turn()?;
    if let Some(found) = home.head(place)? {
        When::of(if_version, false).check(&found)?;
        home.ask(home.store.delete(&home.key(place)?))?;
        home.ledger.freed(found.size, 1);
        return Ok(());
    }
    let (key, marker) = (home.key(place)?, home.marker(place)?);
    let first: Vec<_> = home.ask(home.store.list(Some(&key)).take(2).try_collect())?;
    match first.as_slice() {
        [] => Err(missing()),
        _ if if_version.is_some() => Err(folder_has_no_version()),
        [only] if only.location == marker => {
            home.ask(home.store.delete(&marker))?;
            home.ledger.freed(0, 1);
            Ok(())
        }
        _ if recursive => home.delete_all(&key),
        _ => Err(not_empty()),
    }
}

impl Objects<'_> {
    fn delete_all(&self, folder: &Path) -> Result<()> {
        self.ledger.forget();
        let keys = self.store.list(Some(folder)).map_ok(|meta| meta.location).boxed();
        let mut deleting = self.store.delete_stream(keys);
        let mut deleted = 0_u64;
        while let Some(done) = self.finish(deleting.next())? {
            match done {
                Ok(_) => deleted += 1,
                Err(error) if deleted == 0 => return Err(failed(error)),
                Err(error) => {
                    return Err(Error::new(
                        ErrorKind::Unavailable,
                        format!("Only {deleted} files of that folder could be deleted. Delete it again for the rest."),
                    )
                    .with_source(error));
                }
            }
        }
        Ok(())
    }
}
