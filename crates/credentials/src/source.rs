use std::sync::Arc;

use access::Caller;
use connector::{Error, ErrorKind, Result};
use secrecy::ExposeSecret;
use serde::Serialize;
use upstream::{Credential, CredentialSource};

use crate::{RecordKind, Slot, Store, StoreError};

/// Most bytes of one credential.
const CREDENTIAL_BYTES_MAX: usize = 16 * 1024;

/// The store's credentials for one resource.
#[derive(Clone, Debug)]
pub struct StoreSource {
    store: Arc<Store>,
    resource: String,
}

/// What lies in a record of [`RecordKind::Credential`].
#[derive(Serialize)]
#[serde(untagged)]
enum Kept<'a> {
    Token { token: &'a str },
    Basic { username: &'a str, password: &'a str },
}

impl StoreSource {
    /// Those for `resource`.
    pub fn new(store: Arc<Store>, resource: impl Into<String>) -> Self {
        Self { store, resource: resource.into() }
    }
}

#[async_trait::async_trait]
impl CredentialSource for StoreSource {
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>> {
        let slot = Slot::of(caller, &self.resource, RecordKind::Credential);
        match self.store.credential(&slot).await.map_err(StoreError::for_user)? {
            Some(credential) => Ok(Some(credential)),
            None => Err(Error::new(ErrorKind::NotConnected, self.missing())),
        }
    }

    fn missing(&self) -> String {
        let resource = &self.resource;
        format!(
            "You have set no key or password of yours for {resource} yet. Set it in the settings of the product that you use (PUT \
             /api/credentials/{resource}), or ask this server's operator, then try again."
        )
    }

    fn describe(&self) -> String {
        "the credential store".into()
    }
}

impl Store {
    /// Keeps a credential in place of the one that was there.
    pub async fn set_credential(&self, slot: &Slot, credential: &Credential) -> Result<(), StoreError> {
        let (what, kept) = match credential {
            Credential::Token(token) => ("token", Kept::Token { token: token.expose() }),
            Credential::Basic { username, password } => {
                ("basic", Kept::Basic { username, password: password.expose() })
            }
        };
        let text = secrecy::SecretSlice::from(serde_json::to_vec(&kept).unwrap_or_default());
        if text.expose_secret().len() > CREDENTIAL_BYTES_MAX {
            return Err(StoreError::TooLarge { bytes_max: CREDENTIAL_BYTES_MAX });
        }
        self.put(slot, what, text.expose_secret()).await
    }

    /// What is kept for this user and resource.
    pub async fn credential(&self, slot: &Slot) -> Result<Option<Credential>, StoreError> {
        let Some(opened) = self.get(slot).await? else { return Ok(None) };
        let text = opened.secret.expose_secret();
        // With escapes in it a text cannot be borrowed, so it is read as a tree first.
        let kept: serde_json::Value = serde_json::from_slice(text).map_err(|_| opened.changed())?;
        let member = |name: &str| kept.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        match (member("token"), member("username"), member("password")) {
            (Some(token), None, None) => Ok(Some(Credential::Token(token.into()))),
            (None, Some(username), Some(password)) => {
                Ok(Some(Credential::Basic { username, password: password.into() }))
            }
            _ => Err(opened.changed()),
        }
    }
}
