//! A user's own credential, or rows about a user, found by a declared query.

use std::sync::{Arc, OnceLock};

use access::Caller;
use connector::{Error, ErrorKind, Result};
use gateway::Gateway;
use serde_json::{Map, Value};
use upstream::{Credential, CredentialSource, RowSource};

/// A declared query of a SQL resource, run as the caller through the gateway. As a credential it gives one row: a key, or a
/// name and a password.
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

    /// Runs it. `what` is for the audit.
    async fn run(&self, caller: &Caller, what: &'static str) -> Result<Vec<Map<String, Value>>> {
        let gateway = self.gateway.get().ok_or_else(|| Error::unavailable("the gateway is not there yet"))?;
        // On the heap: it is a whole call within another one.
        let answer = Box::pin(gateway.lookup(caller, &self.resource, &self.action, what)).await;
        let outcome = answer.map_err(|error| match error.kind() {
            // What a database says of a lookup is about no argument of the caller's.
            ErrorKind::InvalidArgument | ErrorKind::NotFound => Error::internal(error),
            _ => error,
        })?;
        if outcome.has_more == Some(true) {
            return Err(self.wrong("answers with more rows than are taken"));
        }
        let data = outcome.data.as_ref().map_or("[]", |data| data.get());
        serde_json::from_str(data).map_err(|_| self.wrong("does not answer with rows"))
    }

    fn read(&self, rows: &[Map<String, Value>]) -> Result<Option<Credential>> {
        let row = match rows {
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
        let rows = self.run(caller, "credential").await?;
        self.read(&rows)
    }

    fn describe(&self) -> String {
        format!("the query {}.{}", self.resource, self.action)
    }
}

#[async_trait::async_trait]
impl RowSource for QuerySource {
    async fn rows(&self, caller: &Caller) -> Result<Vec<Map<String, Value>>> {
        self.run(caller, "owner").await
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
