use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::Clock;

/// RFC 8693 section 3.
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Where tokens are exchanged, and for what (RFC 8693 section 2.1).
#[derive(Clone, Debug)]
pub struct ExchangeOptions {
    /// The token endpoint.
    pub token_url: String,
    /// The issuers whose users' tokens are sent there, and no others'. Without any there must be only one issuer.
    pub issuers: Vec<String>,
    /// This server's client id there.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Option<SecretString>,
    /// Whether id and secret go into the form instead of the `Authorization` header.
    pub secret_in_form: bool,
    /// What the callers' tokens are.
    pub subject_token_type: String,
    /// For whom the new token is.
    pub audience: Option<String>,
    /// The resource indicator (RFC 8707).
    pub resource: Option<String>,
    /// What it should allow.
    pub scope: Option<String>,
    /// What kind of token is asked for.
    pub requested_token_type: Option<String>,
    /// Who acts for the user.
    pub actor_token: Option<SecretString>,
    /// What that is.
    pub actor_token_type: Option<String>,
    /// How long one request may take.
    pub timeout_ms: u64,
    /// Most tokens that are remembered.
    pub tokens_cached_max: u64,
    /// How long a token is remembered at most.
    pub kept_s_max: u64,
    /// How long before it expires a token is no longer used.
    pub margin_s: u64,
    /// How long a token is used whose endpoint does not say how long it lives.
    pub lifetime_s_default: u64,
    /// The longest answer that is read.
    pub answer_bytes_max: usize,
    /// What tells the time.
    pub clock: Clock,
}

/// Why options make no exchange.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeConfigError {
    /// Not an address.
    #[error("token_url = \"{url}\" is not an http or https address")]
    Address {
        /// What was given.
        url: String,
    },
    /// Plain HTTP over a network.
    #[error("token_url = \"{url}\" would send users' tokens without TLS: write https, or an address of this machine")]
    Exposed {
        /// What was given.
        url: String,
    },
    /// No client.
    #[error("client_id is empty")]
    NoClient,
    /// The HTTP client cannot start.
    #[error("the HTTP client cannot start")]
    Http(#[source] reqwest::Error),
}

impl ExchangeOptions {
    /// An endpoint, a client, and the usual bounds.
    pub fn new(token_url: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            token_url: token_url.into(),
            issuers: Vec::new(),
            client_id: client_id.into(),
            client_secret: None,
            secret_in_form: false,
            subject_token_type: ACCESS_TOKEN.to_owned(),
            audience: None,
            resource: None,
            scope: None,
            requested_token_type: None,
            actor_token: None,
            actor_token_type: None,
            timeout_ms: 10_000,
            tokens_cached_max: 10_000,
            kept_s_max: 3_600,
            margin_s: 30,
            lifetime_s_default: 60,
            answer_bytes_max: 64 * 1024,
            clock: Clock::default(),
        }
    }

    pub(super) fn check(&self) -> Result<(), ExchangeConfigError> {
        let wrong = || ExchangeConfigError::Address { url: self.token_url.clone() };
        let url = Url::parse(&self.token_url).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !url.username().is_empty() {
            return Err(wrong());
        }
        if crate::config::is_exposed(&url) {
            return Err(ExchangeConfigError::Exposed { url: self.token_url.clone() });
        }
        if self.client_id.is_empty() {
            return Err(ExchangeConfigError::NoClient);
        }
        Ok(())
    }

    /// `Authorization` of the client (RFC 6749 section 2.3.1), where it is not in the form.
    pub(super) fn basic(&self) -> Option<String> {
        let secret = self.client_secret.as_ref().filter(|_| !self.secret_in_form)?;
        let pair = format!("{}:{}", encoded(&self.client_id), encoded(secret.expose_secret()));
        Some(format!("Basic {}", STANDARD.encode(pair)))
    }

    pub(super) fn form(&self, token: &SecretString) -> String {
        let mut form = Form::default();
        form.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.add("subject_token", token.expose_secret());
        form.add("subject_token_type", &self.subject_token_type);
        form.add_some("audience", self.audience.as_deref());
        form.add_some("resource", self.resource.as_deref());
        form.add_some("scope", self.scope.as_deref());
        form.add_some("requested_token_type", self.requested_token_type.as_deref());
        if let Some(actor) = &self.actor_token {
            form.add("actor_token", actor.expose_secret());
            form.add("actor_token_type", self.actor_token_type.as_deref().unwrap_or(ACCESS_TOKEN));
        }
        match &self.client_secret {
            Some(_) if !self.secret_in_form => {}
            secret => {
                form.add("client_id", &self.client_id);
                form.add_some("client_secret", secret.as_ref().map(ExposeSecret::expose_secret));
            }
        }
        form.text
    }
}

#[derive(Default)]
struct Form {
    text: String,
}

impl Form {
    fn add(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        self.text.push_str(name);
        self.text.push('=');
        self.text.push_str(&encoded(value));
    }

    fn add_some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }
}

/// `application/x-www-form-urlencoded` (RFC 6749 appendix B); a blank as `%20`, which every reader takes.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
