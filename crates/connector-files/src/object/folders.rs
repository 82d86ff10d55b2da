use connector::Result;
use object_store::{Error as StoreError, PutMode};

use super::Objects;
use super::error::failed;
use crate::entry::Entry;
use crate::error::{not_a_folder, taken};
use crate::path::Place;

impl Objects<'_> {
    /// Refuses a place that something else takes, or that lies in a file. A store knows no folders, so two calls at
    /// once can still make a file and a folder of one name; both can be read then.
    pub(super) fn must_be_free(&self, argument: &str, place: &Place) -> Result<()> {
        self.must_be_in_folders(argument, place)?;
        if self.is_folder(place)? || self.head(place)?.is_some() { Err(taken(argument)) } else { Ok(()) }
    }

    pub(super) fn must_be_in_folders(&self, argument: &str, place: &Place) -> Result<()> {
        let mut folder = place.parent();
        while !folder.is_top() {
            if self.head(&folder)?.is_some() {
                return Err(not_a_folder(argument));
            }
            folder = folder.parent();
        }
        Ok(())
    }

    /// Puts the object there that stands for a folder. `false` where it is there already.
    pub(super) fn mark(&self, folder: &Place) -> Result<bool> {
        let marker = self.marker(folder)?;
        match self.put(&marker, &[], PutMode::Create)? {
            Ok(_) => Ok(true),
            Err(StoreError::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }
}

pub(super) fn create(home: &Objects<'_>, place: &Place) -> Result<Entry> {
    home.must_be_free("path", place)?;
    let room = home.reserve(0, 1)?;
    if !home.mark(place)? {
        return Err(taken("path"));
    }
    room.commit();
    Ok(Objects::folder_entry(place))
}
