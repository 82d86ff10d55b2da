use access::Caller;
use connector::{Error, Result};
use serde::Deserialize;
use upstream::{Credential, Secret};

use super::{Accounts, State, told};
use crate::{RecordKind, Slot};

/// A credential as a user sends it: `{"token": …}`, or `{"username": …, "password": …}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    token: Option<Secret>,
    username: Option<String>,
    password: Option<Secret>,
}

impl Accounts {
    /// Whether the caller has set a credential for this resource.
    pub async fn credential(&self, caller: &Caller, resource: &str) -> Result<State> {
        let store = self.store_for(resource, |name| self.stored.contains(name))?;
        let opened = store.get(&Slot::of(caller, resource, RecordKind::Credential)).await.map_err(told)?;
        let (what, set_at_s) = opened.map(|opened| (opened.what, opened.set_at_s)).unzip();
        Ok(State { resource: resource.to_owned(), set: what.is_some(), what, set_at_s })
    }

    /// Keeps the caller's credential for this resource.
    pub async fn set_credential(&self, caller: &Caller, resource: &str, given: Given) -> Result<State> {
        let store = self.store_for(resource, |name| self.stored.contains(name))?;
        let credential = given.read()?;
        let slot = Slot::of(caller, resource, RecordKind::Credential);
        store.set_credential(&slot, &credential).await.map_err(told)?;
        self.credential(caller, resource).await
    }

    /// Forgets it. `false` where there was none.
    pub async fn remove_credential(&self, caller: &Caller, resource: &str) -> Result<bool> {
        let store = self.store_for(resource, |name| self.stored.contains(name))?;
        store.remove(&Slot::of(caller, resource, RecordKind::Credential)).await.map_err(told)
    }
}

impl Given {
    /// What one sends who gives an account's name, and who gives none.
    pub fn new(username: Option<String>, secret: Secret) -> Self {
        match username {
            Some(username) => Self { token: None, username: Some(username), password: Some(secret) },
            None => Self { token: Some(secret), username: None, password: None },
        }
    }

    /// What is to be kept, if it can be sent at all.
    pub fn read(self) -> Result<Credential> {
        let whole = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        match self {
            Self { token: Some(token), username: None, password: None } if whole(token.expose()) => {
                Ok(Credential::Token(token))
            }
            Self { token: None, username: Some(username), password: Some(password) }
                if whole(&username) && whole(password.expose()) && !username.contains(':') =>
            {
                Ok(Credential::Basic { username, password })
            }
            _ => Err(Error::invalid(
                "Send {\"token\": \"…\"}, or {\"username\": \"…\", \"password\": \"…\"}: texts that are not empty and have no \
                 line ends, a username without a colon.",
            )),
        }
    }
}
