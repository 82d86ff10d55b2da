//! Users' files as objects of a store that speaks S3, below a prefix of each user.
//!
//! A folder is what keys have before a `/`. One that is empty is an object of a reserved name, so it exists where a
//! user has made it, or while something is in it. A write is one conditional request, so no reader ever sees half of
//! one; what needs several requests (moves, and copies and deletions of folders) is done by one call of a user at a
//! time within this server, and says so where it could not be finished.

mod append;
mod connect;
mod copy;
mod delete;
mod error;
mod folders;
mod move_;
mod read;
mod transfer;
mod walk;
mod write;

use std::sync::{MutexGuard, PoisonError};

use connector::{Error, Result};
use futures::StreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

pub(crate) use self::connect::{Bucket, connect};
use self::error::failed;
use crate::blocking::Stop;
use crate::config::Config;
use crate::entry::{Entry, Kind, Stat};
use crate::home::{Addition, Content, Home, Scope, Usage, Visit, Walked, When};
use crate::path::{Place, RESERVED};
use crate::quota::{Ledger, Reservation};

/// Longest key, in bytes (Amazon S3, "Naming Amazon S3 objects").
const KEY_BYTES_MAX: usize = 1024;

/// How often a write is tried anew that others were faster than.
const TRIES_MAX: u32 = 5;

/// One user's objects.
#[derive(Debug)]
pub(crate) struct Objects<'a> {
    store: &'a dyn ObjectStore,
    /// What all keys of the user begin with, without a `/` at its end.
    prefix: String,
    config: &'a Config,
    ledger: &'a Ledger,
    stop: &'a Stop,
}

impl<'a> Objects<'a> {
    pub(crate) fn new(
        bucket: &'a Bucket,
        names: &[String],
        config: &'a Config,
        ledger: &'a Ledger,
        stop: &'a Stop,
    ) -> Self {
        let prefix = bucket.prefix.iter().chain(names).map(String::as_str).collect::<Vec<_>>().join("/");
        Self { store: bucket.store.as_ref(), prefix, config, ledger, stop }
    }

    /// The key of a place. Its names have been checked one by one, so that none of them leads out of the prefix; the
    /// key is made of them as they are, and none is decoded or encoded on the way.
    fn key(&self, place: &Place) -> Result<Path> {
        let key = if place.is_top() { self.prefix.clone() } else { format!("{}/{}", self.prefix, place.as_str()) };
        if key.len() > KEY_BYTES_MAX {
            return Err(Error::invalid("That path is too long for the store. Use shorter names."));
        }
        Path::parse(&key).map_err(Error::internal)
    }

    /// The key of the object that stands for an empty folder.
    fn marker(&self, folder: &Place) -> Result<Path> {
        Ok(self.key(folder)?.join(marker_name().as_str()))
    }

    /// Asks the store, until the caller is gone.
    fn ask<T>(&self, work: impl Future<Output = object_store::Result<T>>) -> Result<T> {
        self.stop.wait(work)?.map_err(failed)
    }

    /// The same where some failures are answers.
    fn try_ask<T>(&self, work: impl Future<Output = object_store::Result<T>>) -> Result<object_store::Result<T>> {
        self.stop.wait(work)
    }

    /// Asks to the end, even if the caller goes away: what was begun in several requests is not left half-done.
    fn finish<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        Stop::default().wait(work)
    }

    /// The file at a place, if there is one.
    fn head(&self, place: &Place) -> Result<Option<Stat>> {
        match self.try_ask(self.store.head(&self.key(place)?))? {
            Ok(meta) => Ok(Some(walk::stat(&meta))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether there is anything below a place.
    fn is_folder(&self, place: &Place) -> Result<bool> {
        let key = self.key(place)?;
        match self.stop.wait(self.store.list(Some(&key)).next())? {
            None => Ok(false),
            Some(first) => first.map(|_| true).map_err(failed),
        }
    }

    /// Keeps other calls of this user in this server from changing things in several steps meanwhile.
    fn turn(&self) -> Result<MutexGuard<'_, ()>> {
        let turn = self.ledger.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.stop.check().map(|()| turn)
    }

    fn reserve(&self, bytes: u64, files: u64) -> Result<Reservation<'_>> {
        self.ledger.reserve(bytes, files, &|| self.usage())
    }

    fn folder_entry(place: &Place) -> Entry {
        Entry { place: place.clone(), kind: Kind::Folder, stat: None }
    }
}

/// No argument can name it, and no list shows it.
fn marker_name() -> String {
    format!("{RESERVED}folder")
}

impl Home for Objects<'_> {
    fn look(&self, place: &Place) -> Result<Entry> {
        read::look(self, place)
    }

    fn open(&self, seen: &Entry) -> Result<Box<dyn Content + '_>> {
        read::open(self, seen)
    }

    fn walk(&self, scope: &Scope<'_>, visit: &mut Visit<'_>) -> Result<Walked> {
        walk::walk(self, scope, visit)
    }

    fn walks_in_order(&self, scope: &Scope<'_>) -> bool {
        scope.recursive && !scope.folders
    }

    fn create_folder(&self, place: &Place) -> Result<Entry> {
        folders::create(self, place)
    }

    fn write(&self, place: &Place, bytes: &[u8], when: When<'_>) -> Result<Entry> {
        write::write(self, place, bytes, when)
    }

    fn append(&self, place: &Place, addition: &Addition<'_>, when: When<'_>) -> Result<Entry> {
        append::append(self, place, addition, when)
    }

    fn delete(&self, place: &Place, recursive: bool, if_version: Option<&str>) -> Result<()> {
        delete::delete(self, place, recursive, if_version)
    }

    fn rename(&self, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
        move_::rename(self, from, to, overwrite)
    }

    fn copy(&self, from: &Place, to: &Place, overwrite: bool) -> Result<Entry> {
        copy::copy(self, from, to, overwrite)
    }

    fn usage(&self) -> Result<Usage> {
        walk::usage(self)
    }
}
