use std::time::Duration;

use super::{Label, Store, now_ms, now_s};
use crate::{Slot, StoreError};

/// The right to replace one record: whoever else wants it waits, in this process and in others.
#[derive(Debug)]
pub struct Lease {
    slot: Slot,
    until_ms: i64,
}

impl Store {
    /// Takes the record of `slot` for oneself for a while. `None` where somebody has it, or where there is none.
    pub async fn lease(&self, slot: &Slot, how_long: Duration) -> Result<Option<Lease>, StoreError> {
        let now_ms = now_ms();
        let until_ms = now_ms.saturating_add(i64::try_from(how_long.as_millis()).unwrap_or(i64::MAX));
        let leased = self.in_time(self.pool.lease(&self.row_keys(slot), until_ms, now_ms)).await?;
        Ok((leased > 0).then(|| Lease { slot: slot.clone(), until_ms }))
    }

    /// Replaces the record and gives the lease back. `false`, and nothing is done, where the record is not what was
    /// leased: it was removed, set anew, or the lease ran out and another took it.
    pub async fn put_leased(&self, lease: &Lease, what: &str, secret: &[u8]) -> Result<bool, StoreError> {
        let row = self.sealed(self.keys.current(), &Label::new(&lease.slot, what, now_s()), secret)?;
        self.in_time(async {
            let mut transaction = self.begin().await?;
            let mut replaced = false;
            for row_key in self.row_keys(&lease.slot) {
                replaced = replaced || transaction.replace(&row_key, &row, Some(lease.until_ms)).await?;
            }
            transaction.commit().await?;
            Ok(replaced)
        })
        .await
    }

    /// Forgets the record, if it is still what was leased.
    pub async fn remove_leased(&self, lease: &Lease) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.begin().await?;
            transaction.delete_leased(&self.row_keys(&lease.slot), lease.until_ms).await?;
            transaction.commit().await
        })
        .await
    }

    /// Gives the lease back without a change.
    pub async fn give_back(&self, lease: Lease) -> Result<(), StoreError> {
        let Lease { slot, until_ms } = lease;
        // Only the holder can name the moment after which nobody holds it.
        self.in_time(self.pool.lease(&self.row_keys(&slot), 0, until_ms.saturating_add(1))).await.map(drop)
    }
}
