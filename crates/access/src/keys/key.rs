use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED, UnparsedPublicKey};
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm as Library, DecodingKey};

use crate::token::Algorithm;

/// One key that signatures are checked with.
pub(crate) struct Key {
    pub(super) kid: Option<String>,
    /// What the key's type admits. A token's header only chooses among these.
    pub(super) algorithms: &'static [Algorithm],
    pub(super) material: Material,
    /// A digest of all of the above. A cached token is good only while its key's is among the issuer's.
    pub(super) identity: Identity,
}

pub(crate) type Identity = [u8; 32];

pub(super) enum Material {
    Library(DecodingKey),
    /// An uncompressed point on P-521, which the library does not know.
    P521(Vec<u8>),
}

impl Key {
    pub(super) fn new(
        kid: Option<String>,
        algorithms: &'static [Algorithm],
        material: Material,
        public_bytes: &[&[u8]],
    ) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        let names = format!("{kid:?} {algorithms:?}");
        for part in std::iter::once(names.as_bytes()).chain(public_bytes.iter().copied()) {
            context.update(&part.len().to_be_bytes());
            context.update(part);
        }
        let mut identity = Identity::default();
        identity.copy_from_slice(context.finish().as_ref());
        Self { kid, algorithms, material, identity }
    }

    /// Three algorithms over a shared secret.
    pub(crate) fn secret(secret: &[u8]) -> Self {
        const HMAC: &[Algorithm] = &[Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];
        Self::new(None, HMAC, Material::Library(DecodingKey::from_secret(secret)), &[])
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    pub(super) fn admits(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether `signature` over `signed` was made with this key. The caller has asked [`admits`](Self::admits).
    pub(crate) fn verifies(&self, algorithm: Algorithm, signed: &[u8], signature: &Vec<u8>) -> bool {
        match (&self.material, library(algorithm)) {
            (Material::Library(key), Some(algorithm)) => (DEFAULT_PROVIDER.verifier_factory)(&algorithm, key)
                .is_ok_and(|verifier| verifier.verify(signed, signature).is_ok()),
            (Material::P521(point), None) => {
                UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point).verify(signed, signature).is_ok()
            }
            _ => false,
        }
    }
}

fn library(algorithm: Algorithm) -> Option<Library> {
    Some(match algorithm {
        Algorithm::Ed25519 => Library::EdDSA,
        Algorithm::Es256 => Library::ES256,
        Algorithm::Es384 => Library::ES384,
        Algorithm::Es512 => return None,
        Algorithm::Rs256 => Library::RS256,
        Algorithm::Rs384 => Library::RS384,
        Algorithm::Rs512 => Library::RS512,
        Algorithm::Ps256 => Library::PS256,
        Algorithm::Ps384 => Library::PS384,
        Algorithm::Ps512 => Library::PS512,
        Algorithm::Hs256 => Library::HS256,
        Algorithm::Hs384 => Library::HS384,
        Algorithm::Hs512 => Library::HS512,
    })
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Key").field("kid", &self.kid).field("algorithms", &self.algorithms).finish_non_exhaustive()
    }
}
