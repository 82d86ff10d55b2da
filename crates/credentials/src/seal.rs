//! Sealing and opening one text: AES-256-GCM-SIV (RFC 8452) under a key of its own.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use secrecy::{ExposeSecret, SecretSlice};

use crate::{StoreError, StoreKey};

/// Says how the rest is to be read.
const FORM: u8 = 1;
/// Bytes of what makes a text's key its own.
const SALT_BYTES: usize = 16;
/// Texts are filled up to a multiple of this, so that their length tells little of what stands in them.
const STEP_BYTES: usize = 256;

/// Seals JSON text for a place: it opens with the same key and at the same place only.
pub(crate) fn seal(key: &StoreKey, place: &[u8], json: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut salt = [0; SALT_BYTES];
    rand::fill(&mut salt).map_err(|_| StoreError::Random)?;
    let sealing = key.sealing(&salt)?;
    let sealing = RandomizedNonceKey::new(&AES_256_GCM_SIV, sealing.expose_secret()).map_err(|_| StoreError::Random)?;
    // Blanks after JSON mean nothing. Room for the tag is there, so that the text is sealed where it stands and no
    // copy of it is left behind.
    let padded = json.len().next_multiple_of(STEP_BYTES);
    let mut text = Vec::with_capacity(padded + AES_256_GCM_SIV.tag_len());
    text.extend_from_slice(json);
    text.resize(padded, b' ');
    let nonce = sealing.seal_in_place_append_tag(Aad::from(place), &mut text).map_err(|_| StoreError::Random)?;
    let mut sealed = vec![FORM];
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&text);
    Ok(sealed)
}

/// The text, or `None` where the key, the place or any byte is another.
pub(crate) fn open(key: &StoreKey, place: &[u8], sealed: &[u8]) -> Option<SecretSlice<u8>> {
    let (form, rest) = sealed.split_first()?;
    let (salt, rest) = rest.split_at_checked(SALT_BYTES)?;
    let (nonce, text) = rest.split_at_checked(NONCE_LEN)?;
    if *form != FORM {
        return None;
    }
    let opening = key.sealing(salt).ok()?;
    let opening = RandomizedNonceKey::new(&AES_256_GCM_SIV, opening.expose_secret()).ok()?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = text.to_vec();
    let length = opening.open_in_place(nonce, Aad::from(place), &mut text).ok()?.len();
    text.truncate(length);
    Some(text.into())
}
