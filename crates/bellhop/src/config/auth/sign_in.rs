use schemars::JsonSchema;
use serde::Deserialize;
use upstream::{ConnectConfig, Secret};

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
}

impl SignIn {
    pub(super) fn resolve(self, issuer: String) -> (String, ConnectConfig) {
        let config = ConnectConfig {
            issuer: Some(issuer.clone()),
            authorize_url: self.authorize_url,
            token_url: self.token_url,
            client_id: self.client_id,
            client_secret: self.client_secret,
            scopes: self.scopes,
            ..ConnectConfig::default()
        };
        (issuer, config)
    }
}
