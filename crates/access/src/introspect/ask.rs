use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::keys::{FetchError, Fetcher, endpoint};
use crate::{ClientAuth, ConfigError, IntrospectionConfig, IssuerConfig, VerifierOptions};

/// What servers answer that find fault with what was asked: with the token, as nothing else in a question differs.
const REFUSALS: [u16; 4] = [400, 413, 414, 422];

/// One question (RFC 7662 section 2.1).
#[derive(Debug)]
pub(super) struct Ask {
    issuer: String,
    configured: Option<String>,
    discovered: RwLock<Option<String>>,
    client_id: String,
    client_secret: SecretString,
    client_auth: ClientAuth,
    documents: Fetcher,
    answers: Fetcher,
}

impl Ask {
    pub(super) fn new(
        issuer: &IssuerConfig,
        config: &IntrospectionConfig,
        options: &VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let timeout = Duration::from_millis(options.fetch_timeout_ms);
        let fetcher = |bytes_max| Fetcher::new(timeout, bytes_max).map_err(ConfigError::Http);
        Ok(Self {
            issuer: issuer.issuer.clone(),
            configured: config.url.clone(),
            discovered: RwLock::default(),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            client_auth: config.client_auth,
            documents: fetcher(options.jwks_bytes_max)?,
            answers: fetcher(options.introspection_bytes_max)?,
        })
    }

    /// Where to ask. What discovery found is kept until it fails.
    pub(super) async fn address(&self) -> Result<String, FetchError> {
        let discovered = || self.discovered.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(url) = self.configured.clone().or_else(discovered) {
            return Ok(url);
        }
        let url = endpoint(&self.documents, &self.issuer, "introspection_endpoint").await?;
        *self.discovered.write().unwrap_or_else(PoisonError::into_inner) = Some(url.clone());
        Ok(url)
    }

    /// What the issuer says of a token; nothing where it finds fault with this one and could be asked about others.
    pub(super) async fn about(&self, token: &str) -> Result<Option<Map<String, Value>>, FetchError> {
        let url = self.address().await?;
        let secret = self.client_secret.expose_secret();
        let mut form = vec![("token", token), ("token_type_hint", "access_token")];
        let basic = match self.client_auth {
            ClientAuth::Basic => Some(basic(&self.client_id, secret)),
            ClientAuth::Post => {
                form.extend([("client_id", self.client_id.as_str()), ("client_secret", secret)]);
                None
            }
        };
        match self.answers.ask(&url, encoded(&form), basic.as_deref()).await {
            Ok(answer) => Ok(Some(answer)),
            Err(FetchError::Status { status, .. }) if REFUSALS.contains(&status) => {
                tracing::info!(url, status, "the identity provider refuses a question about a token");
                Ok(None)
            }
            Err(error) => {
                self.forget(&url);
                Err(error)
            }
        }
    }

    /// An address that fails may be one that the issuer has left: the next question looks for it again.
    fn forget(&self, url: &str) {
        let mut discovered = self.discovered.write().unwrap_or_else(PoisonError::into_inner);
        if discovered.as_deref() == Some(url) {
            *discovered = None;
        }
    }
}

/// RFC 6749 section 2.3.1: each part is encoded as in a form before both go into the header.
fn basic(id: &str, secret: &str) -> String {
    let part = |text: &str| encoded(&[("", text)]).trim_start_matches('=').to_owned();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", part(id), part(secret))))
}

fn encoded(form: &[(&str, &str)]) -> String {
    // The URL is only what does the encoding.
    let url = reqwest::Url::parse_with_params("http://form/", form);
    url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_shows_its_secret_as_in_a_form() {
        // RFC 6749 appendix B encodes a space as "+".
        assert_eq!(basic("a:b", "=c d&%"), format!("Basic {}", STANDARD.encode("a%3Ab:%3Dc+d%26%25")));
    }
}
