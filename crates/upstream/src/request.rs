use std::fmt;

use bytes::Bytes;
use connector::{Error, Result};
use http::{HeaderMap, Method};

use crate::ConfigError;

/// Scheme, host and port that configuration names (RFC 6454 section 4), and the path that all calls begin with.
/// Arguments, documents' answers and redirects never make one.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    url: reqwest::Url,
}

impl Origin {
    /// Reads a configured base address: `https://api.example.com/v1`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::Address { address: text.to_owned() };
        let url = reqwest::Url::parse(text).map_err(|_| wrong())?;
        let has_extra = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || has_extra || url.fragment().is_some() {
            return Err(wrong());
        }
        Ok(Self { url })
    }

    /// The configured address.
    pub fn url(&self) -> &reqwest::Url {
        &self.url
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.url.as_str())
    }
}

/// Builds a path whose variable pieces can never change its shape.
#[derive(Clone, Debug, Default)]
pub struct PathBuilder {
    text: String,
}

impl PathBuilder {
    /// Adds text that the API's own description wrote, `/users/`, or a delimiter of a parameter style. It is encoded
    /// where a path needs it; `/` and `%XX` stay.
    #[must_use]
    pub fn literal(self, _text: &str) -> Self {
        self
    }

    /// Adds a value that came from an argument or a claim: everything but unreserved characters (RFC 3986 section
    /// 2.3) is percent-encoded.
    #[must_use]
    pub fn value(self, _text: &str) -> Self {
        self
    }

    /// The path, beginning with `/`. An empty segment that a value left behind, `.` and `..` (encoded or not) are
    /// refused.
    pub fn finish(self) -> Result<String> {
        Ok(self.text)
    }
}

/// One request to an upstream. Its caller's credential is added by [`Request::attach`](Self::attach).
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Which of the client's origins.
    pub origin: Origin,
    /// Percent-encoded, beginning with `/`, to be put after the origin's own path. From a [`PathBuilder`].
    pub path: String,
    /// Percent-encoded pairs, without `?`; empty for none.
    pub query: String,
    /// Headers that the operation sends. Hop-by-hop headers, `host`, `content-length` are refused.
    pub headers: HeaderMap,
    /// The body; empty for none. Its `content-type` is among the headers.
    pub body: Bytes,
    /// Whether it may be sent twice: the method says so, or it carries an idempotency key.
    pub repeatable: bool,
    /// The most bytes of the answer's body, decoded; see [`Response::cut`](crate::Response).
    pub answer_bytes_max: usize,
}

impl Request {
    /// Puts a user's credential where the API wants it. Nothing that stood there before stays.
    pub fn attach(&mut self, _placement: &crate::Placement, _credential: &crate::Credential) -> Result<()> {
        Err(Error::internal("not built yet"))
    }
}
