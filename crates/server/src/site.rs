//! What the outside calls this server.

use std::net::{IpAddr, SocketAddr};

use http::Uri;

use crate::Config;
use crate::config::base_url;

/// The names of this server, worked out once.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Without a slash at the end.
    pub(crate) base_url: String,
    /// The MCP endpoint: the protected resource's identifier (RFC 9728 section 1.2).
    pub(crate) resource: String,
    /// Where the protected resource's metadata is (RFC 9728 section 3.1: between host and path).
    pub(crate) metadata_url: String,
    /// The part of `metadata_url` after the well-known name, without its first slash.
    pub(crate) metadata_path: String,
    /// Values of `Host` that are accepted.
    pub(crate) hosts: Vec<String>,
    /// Origins of pages that may call: those of the configuration, then our own.
    pub(crate) origins: Vec<Origin>,
    /// How many of `origins` are the configuration's.
    configured: usize,
}

impl Site {
    pub(crate) fn new(config: &Config, local: SocketAddr) -> Self {
        let public = config.public_url.as_deref().and_then(|url| {
            let uri = base_url(url);
            if uri.is_none() {
                tracing::warn!(url, "server.public_url is not a base URL and is not used");
            }
            uri
        });
        let (origin, path) = match &public {
            Some(uri) => (origin_text(uri), uri.path().trim_end_matches('/').to_owned()),
            None => (format!("http://{}", named(local)), String::new()),
        };
        let metadata_path = format!("{}/mcp", path.trim_start_matches('/')).trim_start_matches('/').to_owned();
        let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
        if !local.ip().is_unspecified() && !local.ip().is_loopback() {
            hosts.push(local.ip().to_string());
        }
        hosts.extend(public.as_ref().and_then(Uri::host).map(str::to_owned));
        hosts.extend(config.allowed_hosts.iter().cloned());
        let mut origins: Vec<_> = config.cors_origins.iter().filter_map(|origin| kept(origin)).collect();
        let configured = origins.len();
        origins.extend(Origin::parse(&origin));
        Self {
            resource: format!("{origin}{path}/mcp"),
            metadata_url: format!("{origin}/.well-known/oauth-protected-resource/{metadata_path}"),
            base_url: format!("{origin}{path}"),
            metadata_path,
            hosts,
            origins,
            configured,
        }
    }

    /// The origins that configuration names.
    pub(crate) fn cors_origins(&self) -> &[Origin] {
        &self.origins[..self.configured]
    }
}

fn kept(text: &str) -> Option<Origin> {
    let origin = Origin::parse(text);
    if origin.is_none() {
        tracing::warn!(origin = text, "an entry of server.cors_origins is not an origin and is left out");
    }
    origin
}

/// An address that a client on this machine can use.
fn named(local: SocketAddr) -> String {
    match local.ip() {
        ip if ip.is_unspecified() => format!("localhost:{}", local.port()),
        IpAddr::V4(_) | IpAddr::V6(_) => local.to_string(),
    }
}

/// A base URL as text, without a slash at its end.
pub(crate) fn base_text(uri: &Uri) -> String {
    format!("{}{}", origin_text(uri), uri.path().trim_end_matches('/'))
}

fn origin_text(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("https").to_ascii_lowercase();
    let authority = uri.authority().map(|authority| authority.as_str().to_ascii_lowercase()).unwrap_or_default();
    format!("{scheme}://{authority}")
}

/// A web origin (RFC 6454 section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let uri = base_url(text).filter(|uri| uri.path() == "/")?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let port = uri.port_u16().or_else(|| default_port(&scheme))?;
        Some(Self { host: uri.host()?.to_ascii_lowercase(), scheme, port })
    }

    /// As a browser writes it: without the scheme's own port (RFC 6454 section 6.2).
    pub(crate) fn header(&self) -> String {
        match default_port(&self.scheme) == Some(self.port) {
            true => format!("{}://{}", self.scheme, self.host),
            false => self.with_port(),
        }
    }

    /// With the port in every case.
    pub(crate) fn with_port(&self) -> String {
        format!("{}://{}:{}", self.scheme, self.host, self.port)
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}
