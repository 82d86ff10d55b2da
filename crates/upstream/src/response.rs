mod clean;
mod meaning;
mod said;
mod wait;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use reqwest::Url;

pub(crate) use self::clean::clean;
pub(crate) use self::wait::retry_after;
use crate::Secret;

/// A stranger's text in at most so many letters: one line, without markup and machinery.
pub fn one_line(text: &str, letters_max: usize) -> String {
    clean::clean(text, &[], letters_max)
}

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
    /// What configuration put into the request, to be masked too.
    pub(crate) constants: Vec<Secret>,
    /// Whether the request may be sent again without harm.
    pub(crate) is_repeatable: bool,
    /// Whether another request was answered before it: what was asked for may be done.
    pub(crate) is_redirected: bool,
    /// Where it came from, redirects followed.
    pub(crate) url: Option<Url>,
}

impl Response {
    /// A whole answer.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers,
            body: body.into(),
            cut: false,
            secrets: Vec::new(),
            constants: Vec::new(),
            is_repeatable: true,
            is_redirected: false,
            url: None,
        }
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
