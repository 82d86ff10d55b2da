use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use crate::ConfigError;

/// Scheme, host and port that configuration names (RFC 6454 section 4), and the path that all calls begin with.
/// Arguments, upstreams' answers and redirects never make one.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    url: Url,
    named: bool,
}

impl Origin {
    /// Reads a configured base address: `https://api.example.com/v1`. Where it is written with an IP address or
    /// `localhost`, configuration has named that address, and calls may go there.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::read(text, true)
    }

    /// Reads a base address that an API's description names and configuration did not: its address, whatever it is
    /// written with, has to be a public one or among `http.allow_addresses`.
    pub fn described(text: &str) -> Result<Self, ConfigError> {
        Self::read(text, false)
    }

    fn read(text: &str, named: bool) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::Address { address: text.to_owned() };
        if text.contains(|letter: char| letter.is_control() || letter == '\\') {
            return Err(wrong());
        }
        let url = Url::parse(text).map_err(|_| wrong())?;
        let has_extra = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || has_extra || url.fragment().is_some() {
            return Err(wrong());
        }
        Ok(Self { url, named })
    }

    /// The configured address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether another has the same scheme, host and port: the paths may differ.
    pub fn is_same(&self, other: &Self) -> bool {
        self.holds(&other.url)
    }

    /// Whether configuration itself wrote the address, and not a description.
    pub fn is_configured(&self) -> bool {
        self.named
    }

    /// What all addresses under it begin with, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Whether configuration itself wrote the address.
    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    /// Whether an address has the same scheme, host and port, and nobody's account in it.
    pub(crate) fn holds(&self, other: &Url) -> bool {
        other.origin() == self.url.origin() && other.username().is_empty() && other.password().is_none()
    }

    /// The host where it is written as an address.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.host().trim_matches(['[', ']']).parse().ok()
    }

    /// The host as it is written.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.url.as_str())
    }
}
