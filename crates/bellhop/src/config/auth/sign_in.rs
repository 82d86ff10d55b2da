use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use upstream::{ClientConfig, ConnectConfig, Secret};

/// This server's own client at the issuer (OpenID Connect). By it Bellhop finds out who opens a link that was made for
/// one user, before that user's account is connected. Its redirect URI is `{public_url}/connect/signed-in`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// Its id there.
    client_id: String,
    /// Its secret, where it has one.
    #[serde(default)]
    client_secret: Option<Secret>,
    /// What is asked for besides `openid`.
    #[serde(default)]
    scopes: Vec<String>,
    /// Where users sign in, and where codes become tokens, if discovery at the issuer does not say.
    #[serde(default)]
    authorize_url: Option<String>,
    /// See `authorize_url`.
    #[serde(default)]
    token_url: Option<String>,
    /// Private addresses that the issuer may be at, one by one or as networks: `["10.1.0.0/16"]`. One that `issuer`
    /// itself is written with counts as named.
    #[serde(default)]
    allow_addresses: Vec<String>,
    /// A certificate authority of your own, as a PEM file, beside the usual ones.
    #[serde(default)]
    ca: Option<PathBuf>,
}

impl SignIn {
    pub(super) fn resolve(self, issuer: String, base: &Path) -> (String, ConnectConfig, ClientConfig) {
        let config = ConnectConfig {
            issuer: Some(issuer.clone()),
            authorize_url: self.authorize_url,
            token_url: self.token_url,
            client_id: self.client_id,
            client_secret: self.client_secret,
            scopes: self.scopes,
            ..ConnectConfig::default()
        };
        let ca = self.ca.map(|ca| base.join(ca));
        (issuer, config, ClientConfig { allow_addresses: self.allow_addresses, ca, ..ClientConfig::default() })
    }
}
