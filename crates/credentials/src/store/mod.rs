//! Records in a database, found by keyed hashes, each sealed for its place.

mod label;
mod lease;
mod list;
mod pool;
mod rotate;
mod text;
mod transaction;

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretSlice};
use upstream::Secret;

pub use label::Entry;
pub use lease::Lease;

use crate::key::hexadecimal;
use crate::{KeyRing, Slot, StoreError, StoreKey, seal};
use label::Label;
use pool::Pool;
use transaction::Transaction;

/// Digits of a row's key that name it in messages.
const ID_DIGITS: usize = 12;

/// Where a store is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A SQLite file. It is made, for its owner only, where it does not exist.
    File(PathBuf),
    /// `postgres://…`. The table `bellhop_credentials` is made where it does not exist.
    Database(Secret),
}

/// Each user's own credentials. Any number of processes may share it.
#[derive(Debug)]
pub struct Store {
    pool: Pool,
    keys: KeyRing,
    timeout: Duration,
}

/// A record that was opened.
#[derive(Debug)]
pub struct Opened {
    /// What was put in.
    pub secret: SecretSlice<u8>,
    /// What sort of thing it is: `token`, `basic`, `oauth`.
    pub what: String,
    /// When it was put in, in seconds since 1970-01-01 UTC.
    pub set_at_s: u64,
    id: String,
}

impl Opened {
    /// The record makes no sense although it opened.
    pub(crate) fn changed(&self) -> StoreError {
        StoreError::Changed { id: self.id.clone() }
    }
}

/// A row as it is in the database.
#[derive(Debug)]
struct Row {
    row_key: Vec<u8>,
    key_id: String,
    label: Vec<u8>,
    secret: Vec<u8>,
}

/// The same as a query gives it.
type Columns = (Vec<u8>, String, Vec<u8>, Vec<u8>);

impl From<Columns> for Row {
    fn from((row_key, key_id, label, secret): Columns) -> Self {
        Self { row_key, key_id, label, secret }
    }
}

impl Store {
    /// Opens the store. It must be possible to open everything in it: where a record was sealed with a key that is not
    /// among `keys`, the error names that key.
    pub async fn open(place: &Place, keys: KeyRing, timeout: Duration) -> Result<Self, StoreError> {
        let store = Self { pool: Pool::new(place, timeout)?, keys, timeout };
        store.in_time(store.pool.make()).await?;
        store.check_keys().await?;
        Ok(store)
    }

    /// The keys.
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Opens the record of `slot`. `None` where there is none, which is said only when every record could be opened.
    pub async fn get(&self, slot: &Slot) -> Result<Option<Opened>, StoreError> {
        // All keys' rows by one statement: a rotation in between would hide the record from two.
        match self.in_time(self.pool.find(&self.row_keys(slot))).await? {
            Some(row) => self.opened(&row, slot).map(Some),
            None => self.check_keys().await.map(|()| None),
        }
    }

    /// Seals a record in place of the one that was there. `what` says what sort of thing it is.
    pub async fn put(&self, slot: &Slot, what: &str, secret: &[u8]) -> Result<(), StoreError> {
        let row = self.sealed(self.keys.current(), &Label::new(slot, what, now_s()), secret)?;
        self.in_time(async {
            let mut transaction = self.begin().await?;
            transaction.delete(&self.row_keys(slot)).await?;
            transaction.insert(&row).await?;
            transaction.commit().await
        })
        .await
    }

    /// Forgets a record. `false` where there was none.
    pub async fn remove(&self, slot: &Slot) -> Result<bool, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin().await?;
            let removed = transaction.delete(&self.row_keys(slot)).await?;
            transaction.commit().await?;
            Ok(removed > 0)
        })
        .await
    }

    /// Forgets a record if it is still the one that was opened. `false` where it is not there or another by now.
    pub async fn remove_if(&self, slot: &Slot, seen: &Opened) -> Result<bool, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin().await?;
            let row_keys = self.row_keys(slot);
            let Some(row) = transaction.find(&row_keys).await? else { return Ok(false) };
            let now = self.opened(&row, slot)?;
            if now.set_at_s != seen.set_at_s || now.secret.expose_secret() != seen.secret.expose_secret() {
                return Ok(false);
            }
            transaction.delete(&row_keys).await?;
            transaction.commit().await?;
            Ok(true)
        })
        .await
    }

    /// Forgets a record and says what it was. `None` where there was none. One that does not open is forgotten too.
    pub async fn take(&self, slot: &Slot) -> Result<Option<Result<Opened, StoreError>>, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin().await?;
            let row_keys = self.row_keys(slot);
            let Some(row) = transaction.find(&row_keys).await? else { return Ok(None) };
            transaction.delete(&row_keys).await?;
            transaction.commit().await?;
            Ok(Some(self.opened(&row, slot)))
        })
        .await
    }

    /// A transaction that is the only one to write. Whoever lacks a key writes nothing: a second record for the same
    /// slot could come of it.
    async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let mut last = String::new();
        while let Some(id) = transaction.next_key_id(&last).await? {
            self.known(&id)?;
            last = id;
        }
        Ok(transaction)
    }

    async fn check_keys(&self) -> Result<(), StoreError> {
        let mut last = String::new();
        while let Some(id) = self.in_time(self.pool.next_key_id(&last)).await? {
            self.known(&id)?;
            last = id;
        }
        Ok(())
    }

    fn known(&self, id: &str) -> Result<&StoreKey, StoreError> {
        self.keys.with_id(id).ok_or_else(|| self.keys.unknown(id))
    }

    fn row_keys(&self, slot: &Slot) -> Vec<Vec<u8>> {
        self.keys.all().map(|key| key.row(slot)).collect()
    }

    fn sealed(&self, key: &StoreKey, label: &Label, secret: &[u8]) -> Result<Row, StoreError> {
        let row_key = key.row(&label.slot);
        let text = serde_json::to_vec(label).unwrap_or_default();
        Ok(Row {
            label: seal::seal(key, &row_key, &text)?,
            secret: seal::seal(key, &label.slot.bytes(), secret)?,
            key_id: key.id().to_owned(),
            row_key,
        })
    }

    fn opened(&self, row: &Row, slot: &Slot) -> Result<Opened, StoreError> {
        let id = named(&row.row_key);
        let key = self.known(&row.key_id)?;
        let label = Label::open(key, &row.row_key, &row.label).filter(|label| label.slot == *slot);
        let secret = seal::open(key, &slot.bytes(), &row.secret);
        match (label, secret) {
            (Some(Label { what, set_at_s, .. }), Some(secret)) => Ok(Opened { secret, what, set_at_s, id }),
            _ => Err(StoreError::Changed { id }),
        }
    }

    /// What the database does not do in time has failed.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        match tokio::time::timeout(self.timeout, work).await {
            Ok(done) => done,
            Err(_) => Err(StoreError::Database(sqlx::Error::PoolTimedOut)),
        }
    }
}

fn named(row_key: &[u8]) -> String {
    let mut id = hexadecimal(row_key);
    id.truncate(ID_DIGITS);
    id
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn now_s() -> u64 {
    u64::try_from(now_ms() / 1000).unwrap_or_default()
}
