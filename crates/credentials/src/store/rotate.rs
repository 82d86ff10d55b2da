use secrecy::ExposeSecret;

use super::{Label, Store, named};
use crate::{StoreError, seal};

/// Rows that are sealed anew at once.
const PAGE_ROWS: i64 = 200;

impl Store {
    /// Seals with the current key what older ones sealed, and says how many records that were: all of them or, where
    /// anything fails or the process ends, none. The older keys are not needed afterwards.
    pub async fn rotate(&self) -> Result<usize, StoreError> {
        let current = self.keys.current();
        let mut transaction = self.begin().await?;
        let mut rotated = 0;
        loop {
            let page = transaction.sealed_otherwise(current.id(), PAGE_ROWS).await?;
            if page.is_empty() {
                break;
            }
            for row in &page {
                let changed = || StoreError::Changed { id: named(&row.row_key) };
                let key = self.known(&row.key_id)?;
                let label = Label::open(key, &row.row_key, &row.label).ok_or_else(changed)?;
                let secret = seal::open(key, &label.slot.bytes(), &row.secret).ok_or_else(changed)?;
                let sealed = self.sealed(current, &label, secret.expose_secret())?;
                transaction.replace(&row.row_key, &sealed, None).await?;
                rotated += 1;
            }
        }
        transaction.commit().await?;
        Ok(rotated)
    }
}
