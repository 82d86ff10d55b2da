use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Store;
use crate::{StoreError, seal};

/// Longest sealed text that is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 8 * 1024;

impl Store {
    /// Something that goes out into the world and comes back, such as `state`: nobody can read it, change it, or use it
    /// for anything but `purpose`. Replicas with the same keys open each other's.
    pub(crate) fn seal_text(&self, purpose: &str, value: &impl Serialize) -> Result<String, StoreError> {
        let json = serde_json::to_vec(value).unwrap_or_default();
        Ok(URL_SAFE_NO_PAD.encode(seal::seal(self.keys.current(), &place(purpose), &json)?))
    }

    /// Every way in which it can be wrong gives the same.
    pub(crate) fn open_text<T: DeserializeOwned>(&self, purpose: &str, text: &str) -> Option<T> {
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let opened = self.keys.all().find_map(|key| seal::open(key, &place(purpose), &sealed))?;
        serde_json::from_slice(opened.expose_secret()).ok()
    }
}

/// No slot's bytes begin like this, and no row's key is as long.
fn place(purpose: &str) -> Vec<u8> {
    format!("bellhop sealed text 1: {purpose}").into_bytes()
}
