mod meaning;
mod wait;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

pub(crate) use self::wait::retry_after;
use crate::Secret;

/// What an upstream answered. Only its size prints.
#[derive(Clone)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, decompressed, up to the request's bound.
    pub body: Bytes,
    /// Whether there was more than the bound.
    pub cut: bool,
    /// What was sent for the caller, to be masked where the upstream writes it into an error.
    pub(crate) secrets: Vec<Secret>,
}

impl Response {
    /// A whole answer.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { status, headers, body: body.into(), cut: false, secrets: Vec::new() }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, headers, body, cut, .. } = self;
        out.debug_struct("Response")
            .field("status", status)
            .field("headers", &headers.len())
            .field("bytes", &body.len())
            .field("cut", cut)
            .finish_non_exhaustive()
    }
}
