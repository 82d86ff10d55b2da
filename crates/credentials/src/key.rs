use std::fmt;

use aws_lc_rs::{hkdf, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::{Slot, StoreError};

/// Bytes of a key, of what is derived from it, and of a row's key.
pub(crate) const KEY_BYTES: usize = 32;

/// Both alphabets of base64 are in use, with padding and without.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// A key of the store. What seals and what finds are derived from it, each for itself (RFC 5869).
pub struct StoreKey {
    id: String,
    seals: SecretBox<[u8; KEY_BYTES]>,
    finds: hmac::Key,
}

impl StoreKey {
    /// Reads 32 bytes in base64, either alphabet.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let text = text.trim();
        let url_safe = text.contains(['-', '_']);
        let alphabet = if url_safe { base64::alphabet::URL_SAFE } else { base64::alphabet::STANDARD };
        let bytes = GeneralPurpose::new(&alphabet, LENIENT).decode(text).map_err(|_| StoreError::Key)?;
        let bytes = SecretBox::new(bytes.into_boxed_slice());
        if bytes.expose_secret().len() != KEY_BYTES {
            return Err(StoreError::Key);
        }
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"bellhop credential store 1").extract(bytes.expose_secret());
        let id: [u8; KEY_BYTES] = derived(&root, b"id")?;
        let finds: [u8; KEY_BYTES] = derived(&root, b"finds")?;
        Ok(Self {
            id: hexadecimal(&id[..8]),
            seals: SecretBox::new(Box::new(derived(&root, b"seals")?)),
            finds: hmac::Key::new(hmac::HMAC_SHA256, &finds),
        })
    }

    /// A new key as it stands in the environment.
    pub fn generate() -> Result<SecretString, StoreError> {
        let mut bytes = SecretBox::new(Box::new([0; KEY_BYTES]));
        rand::fill(secrecy::ExposeSecretMut::expose_secret_mut(&mut bytes)).map_err(|_| StoreError::Random)?;
        Ok(STANDARD.encode(bytes.expose_secret()).into())
    }

    /// Names the key and tells nothing of it: 16 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where the row of `slot` is, for whoever has this key.
    pub(crate) fn row(&self, slot: &Slot) -> Vec<u8> {
        hmac::sign(&self.finds, &slot.bytes()).as_ref().to_vec()
    }

    /// The key of one sealed text.
    pub(crate) fn sealing(&self, salt: &[u8]) -> Result<SecretBox<[u8; KEY_BYTES]>, StoreError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(self.seals.expose_secret());
        Ok(SecretBox::new(Box::new(derived(&root, b"text")?)))
    }
}

fn derived(root: &hkdf::Prk, what_for: &[u8]) -> Result<[u8; KEY_BYTES], StoreError> {
    let mut key = [0; KEY_BYTES];
    let what_for = [what_for];
    let material = root.expand(&what_for, hkdf::HKDF_SHA256).map_err(|_| StoreError::Random)?;
    material.fill(&mut key).map_err(|_| StoreError::Random)?;
    Ok(key)
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("StoreKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The keys of a store: the first seals, all of them open.
#[derive(Debug)]
pub struct KeyRing {
    current: StoreKey,
    old: Vec<StoreKey>,
}

impl KeyRing {
    /// `current` seals what is written from now on; `old` ones, separated by commas, open what was written before.
    pub fn parse(current: &str, old: &str) -> Result<Self, StoreError> {
        let current = StoreKey::parse(current)?;
        let old = old.split(',').map(str::trim).filter(|key| !key.is_empty()).map(StoreKey::parse);
        let mut old = old.collect::<Result<Vec<_>, _>>()?;
        old.retain(|key| key.id != current.id);
        Ok(Self { current, old })
    }

    /// The one that seals.
    pub fn current(&self) -> &StoreKey {
        &self.current
    }

    /// All, the one that seals first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &StoreKey> {
        std::iter::once(&self.current).chain(&self.old)
    }

    pub(crate) fn with_id(&self, id: &str) -> Option<&StoreKey> {
        self.all().find(|key| key.id == id)
    }

    pub(crate) fn unknown(&self, needed: &str) -> StoreError {
        let given: Vec<_> = self.all().map(StoreKey::id).collect();
        StoreError::UnknownKey { needed: needed.to_owned(), given: given.join(", ") }
    }
}
