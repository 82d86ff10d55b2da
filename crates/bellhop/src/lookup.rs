//! A user's own credential, found by a declared query.

use std::sync::{Arc, OnceLock};

use access::Caller;
use connector::{Error, ErrorKind, Outcome, Result};
use gateway::Gateway;
use serde_json::{Map, Value};
use upstream::{Credential, CredentialSource};

/// A declared query of a SQL resource, run as the caller through the gateway. It gives one row: a key, or a name and a
/// password.
pub(crate) struct QuerySource {
    resource: String,
    action: String,
    gateway: Arc<OnceLock<Gateway>>,
}

impl QuerySource {
    pub(crate) fn new(resource: &str, action: &str, gateway: Arc<OnceLock<Gateway>>) -> Self {
        Self { resource: resource.to_owned(), action: action.to_owned(), gateway }
    }

    fn wrong(&self, what: &str) -> Error {
        Error::internal(format!("the query {}.{} {what}", self.resource, self.action))
    }

    fn read(&self, outcome: &Outcome) -> Result<Option<Credential>> {
        let data = outcome.data.as_ref().map_or("[]", |data| data.get());
        let rows: Vec<Map<String, Value>> =
            serde_json::from_str(data).map_err(|_| self.wrong("does not answer with rows"))?;
        let row = match rows.as_slice() {
            [] => return Ok(None),
            [row] => row,
            _ => return Err(self.wrong("answers with several rows: it must give one for each user")),
        };
        let texts: Vec<Option<&str>> =
            row.values().map(|value| value.as_str().filter(|text| !text.is_empty())).collect();
        match texts.as_slice() {
            [Some(key)] => Ok(Some(Credential::Token((*key).to_owned().into()))),
            [Some(username), Some(password)] => Ok(Some(Credential::Basic {
                username: (*username).to_owned(),
                password: (*password).to_owned().into(),
            })),
            [_] | [_, _] if row.values().all(|value| value.is_null() || value.is_string()) => Ok(None),
            _ => Err(self.wrong("must answer with one column, a key, or two, a name and a password, all of text")),
        }
    }
}

#[async_trait::async_trait]
impl CredentialSource for QuerySource {
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>> {
        let gateway = self.gateway.get().ok_or_else(|| Error::unavailable("the gateway is not there yet"))?;
        let answer = gateway.lookup(caller, &self.resource, &self.action, "credential").await;
        match answer {
            Ok(outcome) => self.read(&outcome),
            // What a database says of a lookup is about no argument of the caller's.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidArgument | ErrorKind::NotFound) => {
                Err(Error::internal(error))
            }
            Err(error) => Err(error),
        }
    }

    fn describe(&self) -> String {
        format!("the query {}.{}", self.resource, self.action)
    }
}

impl std::fmt::Debug for QuerySource {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "QuerySource({}.{})", self.resource, self.action)
    }
}
