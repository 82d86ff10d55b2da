use http::Uri;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::site::{Origin, base_text};

/// The section `[server]`: how the outside reaches the doors, and what one connection and one request may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The base URL that clients use, such as `https://mcp.example.com`. By default `http://` and the address listened on.
    pub public_url: Option<String>,
    /// Scopes that clients are told to ask for when they sign a user in. By default those that reading needs. Name them
    /// where the identity provider spells them otherwise than its tokens do, as Entra does: `api://…/notes.read`.
    pub scopes_supported: Vec<String>,
    /// Origins whose pages may call, such as `https://app.example.com`: scheme, host and port, nothing else.
    pub cors_origins: Vec<String>,
    /// Values of `Host` that `/mcp` accepts, besides this machine's own names and the host of `public_url`. A name, or a
    /// name and a port.
    pub allowed_hosts: Vec<String>,
    /// The largest request body, in bytes.
    pub body_bytes_max: usize,
    /// How long a client may take to send the head of a request, and how long an idle connection is kept.
    pub header_timeout_ms: u64,
    /// How long a request may take from its head to the head of its answer.
    pub request_timeout_ms: u64,
    /// How long a client may take nothing of its answer before the connection is closed.
    pub write_timeout_ms: u64,
    /// Connections at once; further ones wait to be accepted.
    pub connections_max: usize,
    /// How long requests under way may go on after the server was told to stop.
    pub shutdown_grace_ms: u64,
    /// How long `/readyz` waits for the resources.
    pub readiness_timeout_ms: u64,
    /// Whether there is `/metrics`. It needs no user, like `/healthz`.
    pub metrics: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: None,
            scopes_supported: Vec::new(),
            cors_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            body_bytes_max: 4 * 1024 * 1024,
            header_timeout_ms: 30_000,
            request_timeout_ms: 300_000,
            write_timeout_ms: 30_000,
            connections_max: 1024,
            shutdown_grace_ms: 20_000,
            readiness_timeout_ms: 2_000,
            metrics: true,
        }
    }
}

/// What is wrong with a [`Config`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not a base URL.
    #[error("public_url = \"{0}\" is not a base URL: write scheme and host, such as https://mcp.example.com")]
    PublicUrl(String),
    /// Not a scope.
    #[error("scopes_supported has \"{0}\", which is not a scope: write one name without blanks and quotes")]
    Scope(String),
    /// Not an origin.
    #[error(
        "cors_origins has \"{0}\", which is not an origin: write scheme, host and port only, such as https://app.example.com"
    )]
    Origin(String),
    /// Not a host.
    #[error("allowed_hosts has \"{0}\", which is not a host: write a name, or a name and a port")]
    Host(String),
    /// A bound that lets nothing through.
    #[error("{0} = 0 lets nothing through: write a larger number")]
    Zero(&'static str),
}

impl Config {
    /// The address of `/mcp` that clients use, where `public_url` says it: what tokens for it have as `aud`.
    pub fn resource(&self) -> Option<String> {
        Some(format!("{}/mcp", base_text(&base_url(self.public_url.as_deref()?)?)))
    }

    /// Whether every value means something. [`router`](crate::router) leaves out what does not, with a warning.
    pub fn check(&self) -> Result<(), ConfigError> {
        if let Some(url) = self.public_url.as_ref().filter(|url| base_url(url).is_none()) {
            return Err(ConfigError::PublicUrl(url.clone()));
        }
        if let Some(scope) = self.scopes_supported.iter().find(|scope| !is_scope(scope)) {
            return Err(ConfigError::Scope(scope.clone()));
        }
        if let Some(origin) = self.cors_origins.iter().find(|origin| Origin::parse(origin).is_none()) {
            return Err(ConfigError::Origin(origin.clone()));
        }
        if let Some(host) =
            self.allowed_hosts.iter().find(|host| http::uri::Authority::try_from(host.as_str()).is_err())
        {
            return Err(ConfigError::Host(host.clone()));
        }
        let bounds = [
            ("body_bytes_max", self.body_bytes_max as u64),
            ("header_timeout_ms", self.header_timeout_ms),
            ("request_timeout_ms", self.request_timeout_ms),
            ("write_timeout_ms", self.write_timeout_ms),
            ("connections_max", self.connections_max as u64),
            ("readiness_timeout_ms", self.readiness_timeout_ms),
        ];
        match bounds.iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(ConfigError::Zero(name)),
            None => Ok(()),
        }
    }
}

/// RFC 6749 section 3.3 `scope-token`.
fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

/// An absolute http or https URL without user and query. A name beyond ASCII is written in its ASCII form.
pub(crate) fn base_url(url: &str) -> Option<Uri> {
    let uri = Uri::try_from(url).ok()?;
    let is_plain = |host: &str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
    let host = uri.host().is_some_and(|host| !host.is_empty() && is_plain(host));
    let user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    (web && host && !user && uri.query().is_none()).then_some(uri)
}
