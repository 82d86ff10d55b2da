//! The store by itself: what its file tells without a key, what other keys, other places and changed bytes give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod at_once;
mod keys;
mod leases;
mod secrecy;
mod tampering;
mod users;

use std::path::PathBuf;
use std::time::Duration;

use ::secrecy::ExposeSecret;
use bellhop_credentials::{KeyRing, Place, RecordKind, Slot, Store, StoreError, StoreKey};
use upstream::Credential;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A store's file in a folder of its own.
struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("credentials.db")
    }

    fn place(&self) -> Place {
        Place::File(self.file())
    }

    async fn open(&self, current: &str, old: &str) -> Result<Store, StoreError> {
        open(&self.place(), current, old).await
    }
}

async fn open(place: &Place, current: &str, old: &str) -> Result<Store, StoreError> {
    Store::open(place, KeyRing::parse(current, old)?, TIMEOUT).await
}

fn new_key() -> String {
    StoreKey::generate().unwrap().expose_secret().to_owned()
}

fn id_of(key: &str) -> String {
    StoreKey::parse(key).unwrap().id().to_owned()
}

fn slot(resource: &str, user: &str) -> Slot {
    Slot {
        resource: resource.into(),
        issuer: "https://issuer.test".into(),
        user: user.into(),
        kind: RecordKind::Credential,
    }
}

fn token(text: &str) -> Credential {
    Credential::Token(text.to_owned().into())
}

/// The token or the password, to compare.
async fn text_of(store: &Store, slot: &Slot) -> Option<String> {
    match store.credential(slot).await.unwrap()? {
        Credential::Token(token) => Some(token.expose().to_owned()),
        Credential::Basic { username, password } => Some(format!("{username}:{}", password.expose())),
    }
}
