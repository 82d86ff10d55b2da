use std::sync::Arc;

use serde_json::Value;

use super::jwk;
use super::key::{Identity, Key};
use crate::TokenError;
use crate::token::{Header, Parsed};

/// Keys that a token without a fitting `kid` is tried with, at most.
const CANDIDATES_MAX: usize = 8;

/// Keys of an issuer at one moment.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    keys: Vec<Arc<Key>>,
}

impl KeySet {
    /// Most keys a set may have.
    pub(crate) const KEYS_MAX: usize = 64;

    pub(crate) fn of(key: Key) -> Self {
        Self { keys: vec![Arc::new(key)] }
    }

    /// Reads a JWK Set (RFC 7517 section 5). Keys that cannot be used are left out, as that section asks.
    pub(crate) fn read(jwks: &Value) -> Option<Self> {
        let listed = jwks.get("keys")?.as_array()?;
        if listed.len() > Self::KEYS_MAX {
            return None;
        }
        Some(Self { keys: listed.iter().filter_map(jwk::read).map(Arc::new).collect() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn contains(&self, identity: &Identity) -> bool {
        self.keys.iter().any(|key| key.identity() == *identity)
    }

    /// The key that signed this token. One without a name may be the one that the token names.
    pub(crate) fn find(&self, token: &Parsed<'_>) -> Result<Identity, TokenError> {
        let Header { algorithm, kid, .. } = &token.header;
        let is_named = kid.is_some() && self.keys.iter().any(|key| key.kid == *kid);
        let is_meant = |key: &&Arc<Key>| match kid {
            Some(_) if is_named => key.kid == *kid,
            Some(_) => key.kid.is_none(),
            None => true,
        };
        let meant: Vec<_> = self.keys.iter().filter(is_meant).collect();
        if meant.is_empty() {
            return Err(TokenError::UnknownKey);
        }
        let mut fitting = meant.into_iter().filter(|key| key.admits(*algorithm)).take(CANDIDATES_MAX).peekable();
        fitting.peek().ok_or(TokenError::Algorithm)?;
        fitting
            .find(|key| key.verifies(*algorithm, token.signed, &token.signature))
            .map(|key| key.identity())
            .ok_or(TokenError::Signature)
    }
}
