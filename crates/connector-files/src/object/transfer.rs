use connector::{ErrorKind, Result};
use object_store::{CopyMode, CopyOptions, Error as StoreError, ObjectStoreExt, PutMode};

use super::Objects;
use super::error::failed;
use crate::actions::copy::Inside;
use crate::entry::{Entry, Kind};
use crate::error::taken;
use crate::path::Place;

impl Objects<'_> {
    /// Copies one object within the store: no byte of it passes through here.
    pub(super) fn copy_object(&self, from: &Place, size: u64, to: &Place, overwrite: bool) -> Result<()> {
        let key = self.key(to)?;
        // Stores refuse to copy nothing in parts, which is how they copy to a place that must be free.
        let copied = if size == 0 {
            let mode = if overwrite { PutMode::Overwrite } else { PutMode::Create };
            self.put(&key, &[], mode)?.map(drop)
        } else {
            let mode = if overwrite { CopyMode::Overwrite } else { CopyMode::Create };
            let options = CopyOptions::new().with_mode(mode);
            self.try_ask(self.store.copy_opts(&self.key(from)?, &key, options))?
        };
        copied.map_err(|error| match error {
            StoreError::AlreadyExists { .. } => taken("to"),
            error => {
                self.ledger.forget();
                failed(error)
            }
        })
    }

    /// Copies all of a folder, or, as far as the store lets it, nothing.
    pub(super) fn copy_all(&self, from: &Place, inside: &Inside, to: &Place) -> Result<()> {
        let mut made = Vec::new();
        let done = self.copy_each(from, &inside.entries, to, &mut made);
        if done.is_err() {
            for key in made {
                if let Err(error) = self.finish(self.store.delete(&key)).and_then(|done| done.map_err(failed)) {
                    tracing::warn!(%error, "a part of a folder's copy could not be removed again");
                }
            }
        }
        done
    }

    fn copy_each(
        &self,
        from: &Place,
        entries: &[Entry],
        to: &Place,
        made: &mut Vec<object_store::path::Path>,
    ) -> Result<()> {
        self.mark(to)?;
        made.push(self.marker(to)?);
        for entry in entries {
            self.stop.check()?;
            let Some(target) = entry.place.below(from).map(|path| Place::join(to, path)) else { continue };
            let size = entry.stat.as_ref().map_or(0, |stat| stat.size);
            if entry.kind == Kind::Folder {
                self.mark(&target)?;
                made.push(self.marker(&target)?);
            } else {
                let copied = self.copy_object(&entry.place, size, &target, false);
                // Where it is not known how it ended, it may be there.
                if copied.as_ref().err().is_none_or(|error| error.kind() != ErrorKind::Conflict) {
                    made.push(self.key(&target)?);
                }
                copied?;
            }
        }
        Ok(())
    }
}
