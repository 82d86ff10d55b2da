use access::{Caller, ExchangeError, TokenExchange};
use connector::{Error, ErrorKind, Result};
use secrecy::ExposeSecret;

use crate::identity::{ClientAuth, ExchangeConfig};
use crate::{Credential, CredentialSource};

/// The caller's token, exchanged for one that the upstream takes. Their own never leaves `access`.
#[derive(Debug)]
pub(crate) struct Exchanged {
    exchange: TokenExchange,
}

impl Exchanged {
    pub(crate) fn new(exchange: TokenExchange) -> Self {
        Self { exchange }
    }
}

#[async_trait::async_trait]
impl CredentialSource for Exchanged {
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>> {
        match self.exchange.exchange(caller).await {
            Ok(token) => Ok(Some(Credential::Token(token.expose_secret().to_owned().into()))),
            Err(error) => Err(told(error)),
        }
    }

    async fn refused(&self, caller: &Caller, _used: &Credential) -> bool {
        self.exchange.forget(caller).await
    }

    fn describe(&self) -> String {
        "the caller's token, exchanged".to_owned()
    }
}

fn told(error: ExchangeError) -> Error {
    let (kind, sentence) = match &error {
        ExchangeError::NoToken => (
            ErrorKind::PermissionDenied,
            "This API is called with a token made from yours, and this way of signing in has none. Sign in with the \
             identity provider.",
        ),
        ExchangeError::Refused { .. } => (
            ErrorKind::PermissionDenied,
            "The authorization server gives no token for this API in exchange for yours. Sign in again, or ask this \
             server's operator.",
        ),
        ExchangeError::Unavailable { .. } => (
            ErrorKind::Unavailable,
            "The authorization server for this API cannot be reached right now. Try again in a moment.",
        ),
        ExchangeError::Answer { .. } => (
            ErrorKind::Internal,
            "The authorization server for this API answered something that cannot be used. Ask this server's operator.",
        ),
    };
    Error::new(kind, sentence).with_source(error)
}

impl ExchangeConfig {
    pub(crate) fn to_access(&self) -> access::ExchangeOptions {
        let secret = |secret: &crate::Secret| secret.expose().to_owned().into();
        let mut options = access::ExchangeOptions::new(&self.token_url, &self.client_id);
        options.client_secret = self.client_secret.as_ref().map(secret);
        options.secret_in_form = self.client_auth == ClientAuth::Post;
        options.issuers.clone_from(&self.issuers);
        options.audience = self.audience.clone();
        options.resource = self.resource.clone();
        options.scope = self.scope.clone();
        options.actor_token = self.actor_token.as_ref().map(secret);
        options.actor_token_type = self.actor_token_type.clone();
        options.requested_token_type = self.requested_token_type.clone();
        if let Some(kind) = &self.subject_token_type {
            options.subject_token_type.clone_from(kind);
        }
        options
    }
}
