use std::sync::Arc;
use std::time::Duration;

use access::{Caller, IdentitySigner};
use connector::{Error, Result};

use crate::identity::SignedConfig;
use crate::{Credential, CredentialSource};

/// The longest that a signed token may be good for.
const TTL_S_MAX: u64 = 3600;

/// A short-lived token about the caller, signed here.
#[derive(Debug)]
pub(crate) struct Signed {
    signer: Arc<IdentitySigner>,
    audience: String,
    ttl: Duration,
    claims: Vec<String>,
}

impl Signed {
    pub(crate) fn new(signer: Arc<IdentitySigner>, config: &SignedConfig) -> Result<Self, &'static str> {
        if config.audience.is_empty() {
            return Err("`audience` is empty: write what the API calls itself");
        }
        if !(1..=TTL_S_MAX).contains(&config.ttl_s) {
            return Err("`ttl_s` must be from 1 to 3600");
        }
        let ttl = Duration::from_secs(config.ttl_s);
        Ok(Self { signer, audience: config.audience.clone(), ttl, claims: config.claims.clone() })
    }
}

#[async_trait::async_trait]
impl CredentialSource for Signed {
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>> {
        let token = self.signer.sign(caller, &self.audience, self.ttl, &self.claims).map_err(Error::internal)?;
        Ok(Some(Credential::Token(token.into())))
    }

    fn describe(&self) -> String {
        "a token about the caller, signed here".to_owned()
    }
}
