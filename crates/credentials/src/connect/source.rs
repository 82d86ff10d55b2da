use std::sync::Arc;

use access::Caller;
use connector::Result;
use upstream::{Credential, CredentialSource};

use super::Connect;

/// The accounts that users connected, as a source of credentials.
#[derive(Clone, Debug)]
pub struct ConnectionSource(pub Arc<Connect>);

#[async_trait::async_trait]
impl CredentialSource for ConnectionSource {
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>> {
        self.0.access_token(caller).await.map(|token| Some(Credential::Token(token)))
    }

    async fn refused(&self, caller: &Caller, used: &Credential) -> bool {
        let Credential::Token(used) = used else { return false };
        self.0.refused(caller, used).await.unwrap_or_else(|error| {
            tracing::warn!(resource = self.0.resource, ?error, "a refused token could not be replaced");
            false
        })
    }

    fn describe(&self) -> String {
        "the account that each user connects".into()
    }
}
