use access::IdentitySigner;
use anyhow::{Context, anyhow};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Environment, Server};

/// Tokens about users that this server signs for APIs (`signed` of a resource). The private key is not here but in the
/// environment, as BELLHOP_SIGNING_KEY.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SigningSection {
    /// What these tokens have as `iss`; `public_url` of the server where this is left out.
    issuer: Option<String>,
    /// Public keys (PEM) of private keys that signed before, published until their last tokens have expired.
    retired: Vec<String>,
}

/// What signs tokens about users.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signing {
    issuer: Option<String>,
    retired: Vec<String>,
    key: Option<SecretString>,
}

impl SigningSection {
    pub(super) fn resolve(self, environment: &Environment) -> Signing {
        let key = environment.get("BELLHOP_SIGNING_KEY").map(|key| SecretString::from(key.to_owned()));
        Signing { issuer: self.issuer, retired: self.retired, key }
    }
}

impl Signing {
    /// The signer, whose issuer must be none of those whose users sign in here: its tokens are no user's.
    pub(crate) fn signer(&self, server: &Server, issuers: &[access::IssuerConfig]) -> anyhow::Result<IdentitySigner> {
        let listens = || format!("http://{}:{}", server.host, server.port);
        let issuer = self.issuer.clone().or_else(|| server.doors.public_url.clone()).unwrap_or_else(listens);
        if issuers.iter().any(|one| one.issuer == issuer) {
            return Err(anyhow!(
                "[signing] issuer and [auth] issuer are both {issuer}: this server would take the tokens that it signs \
                 for APIs. Give [signing] issuer another value"
            ));
        }
        let mut signer = match &self.key {
            Some(key) => IdentitySigner::from_pem(issuer, key.expose_secret()).context("BELLHOP_SIGNING_KEY")?,
            None => {
                tracing::warn!(
                    "BELLHOP_SIGNING_KEY is not set: tokens for APIs are signed with a key that is gone when this process \
                     ends, and that no other replica has. Make one by `openssl genpkey -algorithm ed25519`"
                );
                IdentitySigner::ephemeral(issuer)?
            }
        };
        for (at, old) in self.retired.iter().enumerate() {
            signer = signer.retired(old).with_context(|| format!("[signing] retired, key {}", at + 1))?;
        }
        Ok(signer)
    }
}
