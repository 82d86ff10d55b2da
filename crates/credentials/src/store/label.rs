use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use crate::{Slot, StoreKey, seal};

/// What a record says of itself, sealed apart from the secret: a list needs no secret to be opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Label {
    pub(super) slot: Slot,
    pub(super) what: String,
    pub(super) set_at_s: u64,
}

impl Label {
    pub(super) fn new(slot: &Slot, what: &str, set_at_s: u64) -> Self {
        Self { slot: slot.clone(), what: what.to_owned(), set_at_s }
    }

    /// `None` where anything was changed, or where it belongs to another row.
    pub(super) fn open(key: &StoreKey, row_key: &[u8], sealed: &[u8]) -> Option<Self> {
        let text = seal::open(key, row_key, sealed)?;
        let label: Self = serde_json::from_slice(text.expose_secret()).ok()?;
        (key.row(&label.slot) == row_key).then_some(label)
    }
}

/// A record in a list.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Names its row.
    pub id: String,
    /// Whose it is and what it is for; `None` where it was changed by something other than Bellhop.
    #[serde(flatten)]
    pub slot: Option<Slot>,
    /// What sort of thing it is: `token`, `basic`, `oauth`.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// When it was put in, in seconds since 1970-01-01 UTC; 0 where that is not known.
    pub set_at_s: u64,
    /// The id of the key that it is sealed with.
    pub key_id: String,
}

impl Entry {
    pub(super) fn new(id: String, key_id: String, label: Option<Label>) -> Self {
        match label {
            Some(Label { slot, what, set_at_s }) => Self { id, slot: Some(slot), what, set_at_s, key_id },
            None => Self { id, slot: None, what: String::new(), set_at_s: 0, key_id },
        }
    }
}
