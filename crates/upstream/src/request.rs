mod attach;
mod climb;
mod encode;
mod path;
mod target;

use std::fmt;

use bytes::Bytes;
use connector::{Error, Result};
use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, Method};

pub use self::path::PathBuilder;
pub(crate) use self::target::target;
use crate::{Origin, Secret};

/// One request to an upstream. Its caller's credential is added by [`Request::attach`](Self::attach). What it carries
/// does not print.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// One of the client's origins, with this or another base path.
    pub origin: Origin,
    /// Percent-encoded, beginning with `/`, to be put after the origin's own path. From a [`PathBuilder`].
    pub path: String,
    /// Percent-encoded pairs, without `?`; empty for none.
    pub query: String,
    /// Headers that the operation sends. Those that are about the connection, `host` and `content-length` are refused.
    pub headers: HeaderMap,
    /// The body; empty for none. Its `content-type` is among the headers.
    pub body: Bytes,
    /// Whether it may be sent twice: the method says so, or it carries an idempotency key.
    pub repeatable: bool,
    /// The most bytes of the answer's body, decoded; see [`Response::cut`](crate::Response). The client's own bound
    /// stands over it.
    pub answer_bytes_max: usize,
    /// What was attached, to be masked where the upstream writes it into an error.
    pub(crate) secrets: Vec<Secret>,
    /// What configuration puts into every call, an app's key maybe: masked as well, and no credential of the caller.
    pub(crate) constants: Vec<Secret>,
}

impl Request {
    /// A request without headers and body. It may be repeated where its method is idempotent (RFC 9110 section 9.2.2).
    pub fn new(method: Method, origin: Origin, path: impl Into<String>) -> Self {
        Self {
            repeatable: method.is_idempotent(),
            method,
            origin,
            path: path.into(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            answer_bytes_max: usize::MAX,
            secrets: Vec::new(),
            constants: Vec::new(),
        }
    }

    /// What its receiver wrote, fit to be quoted: one line of at most so many letters, without markup, addresses, traces,
    /// and without what was sent in confidence.
    pub fn quotable(&self, text: &str, letters_max: usize) -> Option<String> {
        let text = crate::response::clean(text, &[self.secrets.as_slice(), &self.constants].concat(), letters_max);
        (!text.is_empty()).then_some(text)
    }

    /// Whether a credential of the caller's was attached.
    pub fn has_credential(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Refuses headers that would not arrive as they are written.
    pub(crate) fn check_headers(&self) -> Result<()> {
        if let Some(name) = self.headers.keys().find(|name| forbidden(name)) {
            return Err(Error::invalid(format!("The header {name} cannot be set: it is the connection's own.")));
        }
        let is_plain = |byte: &u8| *byte == b'\t' || *byte == b' ' || byte.is_ascii_graphic();
        match self.headers.iter().find(|(_, value)| !value.as_bytes().iter().all(is_plain)) {
            Some((name, _)) => Err(Error::invalid(format!("The header {name} takes plain ASCII text only."))),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, origin, path, .. } = self;
        out.debug_struct("Request")
            .field("method", method)
            .field("origin", origin)
            .field("path", path)
            .finish_non_exhaustive()
    }
}

/// A value, all but unreserved characters encoded.
pub(crate) fn encode_value(out: &mut String, text: &str) {
    encode::encode(out, text, encode::is_unreserved);
}

/// A path or query that a parser of addresses has read, in the stricter form that is sent.
pub(crate) fn encode_path(text: &str) -> String {
    let mut out = String::new();
    encode::encode_rest(&mut out, text, |byte| encode::is_segment(byte) || b"/?".contains(&byte));
    out
}

/// Headers that are about the connection and not about the call (RFC 9110 section 7.6.1), that say where the body ends,
/// or that are this client's own to set.
pub(crate) fn forbidden(name: &HeaderName) -> bool {
    let named = [
        ACCEPT_ENCODING,
        CONNECTION,
        CONTENT_LENGTH,
        EXPECT,
        HOST,
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ];
    named.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection" | "http2-settings")
}
