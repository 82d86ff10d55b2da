use access::Caller;
use connector::Result;

use crate::{Credential, CredentialSource, Secret};

/// A variable of the environment holds it.
#[derive(Debug)]
pub(crate) struct Variable {
    name: String,
    value: Secret,
}

impl Variable {
    pub(crate) fn new(name: &str, value: Secret) -> Self {
        Self { name: name.to_owned(), value }
    }
}

#[async_trait::async_trait]
impl CredentialSource for Variable {
    async fn credential(&self, _caller: &Caller) -> Result<Option<Credential>> {
        self.own().await
    }

    async fn own(&self) -> Result<Option<Credential>> {
        Ok(Some(Credential::Token(self.value.clone())))
    }

    fn describe(&self) -> String {
        format!("the variable {}", self.name)
    }
}
