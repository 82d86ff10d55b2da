use access::Caller;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connector::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest sealed text that is looked at, in bytes.
const SEALED_BYTES_MAX: usize = 64 * 1024;

/// Seals what clients carry for us, such as where the next page starts, so that it is worth nothing to another caller,
/// in another place, and to whoever changes a byte of it.
pub(crate) struct Sealer {
    key: RandomizedNonceKey,
}

/// What a cursor holds: the query, so that it can go on without being repeated, and the connector's own position.
#[derive(Serialize, Deserialize)]
pub(crate) struct Page {
    /// The arguments that chose the items: `filters`, `sort`, `fields` and the collection's own.
    pub(crate) query: Value,
    /// The connector's words.
    pub(crate) position: String,
}

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Option<Self> {
        RandomizedNonceKey::new(&AES_256_GCM, key).ok().map(|key| Self { key })
    }

    pub(crate) fn seal(&self, what: &impl Serialize, caller: &Caller, place: &str) -> Result<String> {
        let mut text = serde_json::to_vec(what).map_err(Error::internal)?;
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(bound_to(caller, place)), &mut text)
            .map_err(|_| Error::internal("sealing failed"))?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.extend_from_slice(&text);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Every way in which a cursor can be wrong gets the same answer.
    pub(crate) fn open(&self, cursor: &str, caller: &Caller, place: &str) -> Result<Page> {
        self.opened(cursor, caller, place).ok_or_else(|| {
            Error::invalid("`cursor` is not one that this list gave you. Leave it out to start from the beginning.")
        })
    }

    /// What was sealed for this caller and this place. Whatever is wrong with it, it is none.
    pub(crate) fn opened<T: DeserializeOwned>(&self, sealed: &str, caller: &Caller, place: &str) -> Option<T> {
        if sealed.len() > SEALED_BYTES_MAX {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let opened = self.key.open_in_place(nonce, Aad::from(bound_to(caller, place)), &mut text).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

fn bound_to(caller: &Caller, place: &str) -> Vec<u8> {
    format!("{}\0{}\0{place}", place.len(), caller.key()).into_bytes()
}
