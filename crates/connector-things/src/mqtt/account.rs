use std::fmt;

use connector::{Error, ErrorKind, Result};
use upstream::{Credential, Secret};

use crate::binding::At;
use crate::td::SecurityScheme;

/// Whom a broker takes a connection for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Account(Option<(String, String)>);

impl Account {
    /// What the device's description asks for, with what there is for it.
    pub(crate) fn of(at: &At) -> Result<Self> {
        match (&at.scheme, &at.credential) {
            (SecurityScheme::None, _) => Ok(Self(None)),
            (SecurityScheme::Basic, Some(Credential::Basic { username, password })) => {
                Ok(Self::new(username, password))
            }
            (SecurityScheme::Basic, Some(Credential::Token(token))) => {
                // As in HTTP: `name:password`, or the name alone.
                let (name, password) = token.expose().split_once(':').unwrap_or((token.expose(), ""));
                Ok(Self(Some((name.to_owned(), password.to_owned()))))
            }
            (SecurityScheme::Basic, None) => {
                let message = "The device asks for an account, and none is known. Ask this server's operator.";
                Err(Error::new(ErrorKind::NotConnected, message))
            }
            _ => {
                let message = "The device asks for a kind of account that MQTT does not have.";
                Err(Error::new(ErrorKind::Unsupported, message))
            }
        }
    }

    fn new(name: &str, password: &Secret) -> Self {
        Self(Some((name.to_owned(), password.expose().to_owned())))
    }

    /// Its name and password.
    pub(crate) fn pair(&self) -> Option<(&str, &str)> {
        self.0.as_ref().map(|(name, password)| (name.as_str(), password.as_str()))
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_some() { "…" } else { "nobody" })
    }
}
