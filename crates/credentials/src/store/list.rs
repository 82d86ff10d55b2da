use super::{Entry, Label, Store, named};
use crate::{RecordKind, StoreError};

/// Rows that are read at once.
const PAGE_ROWS: i64 = 500;

impl Store {
    /// Every record: whose, what for, what and when; no secret is opened. In the order of resources and users.
    pub async fn list(&self) -> Result<Vec<Entry>, StoreError> {
        // A rotation in between would move rows past the reader.
        let mut transaction = self.begin().await?;
        let (mut entries, mut last) = (Vec::new(), Vec::new());
        loop {
            let page = transaction.labels(&last, PAGE_ROWS).await?;
            let Some((row_key, ..)) = page.last() else { break };
            last.clone_from(row_key);
            for (row_key, key_id, label) in page {
                let label = Label::open(self.known(&key_id)?, &row_key, &label);
                if label.as_ref().is_some_and(|label| label.slot.kind == RecordKind::Pending) {
                    continue;
                }
                entries.push(Entry::new(named(&row_key), key_id, label));
            }
        }
        entries.sort_by(|one, other| one.slot.cmp(&other.slot));
        Ok(entries)
    }

    /// Removes the one record that a list gives this id. `false` where there is none.
    pub async fn remove_by_id(&self, id: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let mut last = Vec::new();
        loop {
            let page = transaction.labels(&last, PAGE_ROWS).await?;
            let Some((row_key, ..)) = page.last() else { return Ok(false) };
            last.clone_from(row_key);
            if let Some((row_key, ..)) = page.iter().find(|(row_key, ..)| named(row_key) == id) {
                transaction.delete(std::slice::from_ref(row_key)).await?;
                transaction.commit().await?;
                return Ok(true);
            }
        }
    }
}
