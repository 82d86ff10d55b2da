use access::Caller;
use connector::Result;

use crate::identity::Source;
use crate::{Credential, CredentialSource};

/// What is one user's: anybody else has none.
#[derive(Debug)]
pub(crate) struct Personal {
    user: String,
    issuer: Option<String>,
    source: Source,
}

impl Personal {
    pub(crate) fn new(user: &str, issuer: Option<&str>, source: Source) -> Self {
        Self { user: user.to_owned(), issuer: issuer.map(str::to_owned), source }
    }

    fn is_theirs(&self, caller: &Caller) -> bool {
        caller.id().as_str() == self.user && self.issuer.as_ref().is_none_or(|issuer| issuer == caller.realm())
    }
}

#[async_trait::async_trait]
impl CredentialSource for Personal {
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>> {
        if self.is_theirs(caller) { self.source.credential(caller).await } else { Ok(None) }
    }

    async fn refused(&self, caller: &Caller, used: &Credential) -> bool {
        self.is_theirs(caller) && self.source.refused(caller, used).await
    }

    fn missing(&self) -> String {
        "It is set up for another user: ask this server's operator.".to_owned()
    }

    fn describe(&self) -> String {
        format!("{}, which is {}'s", self.source.describe(), self.user)
    }
}
