use bytes::Bytes;
use connector::{Error, Result};
use http::{HeaderMap, StatusCode};

use crate::{ClientConfig, ConfigError, Origin, Request};

/// Reaches the origins that it was made with and nothing else. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Client {
    origins: Vec<Origin>,
}

/// What an upstream answered.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, decompressed, up to the request's bound.
    pub body: Bytes,
    /// Whether there was more than the bound.
    pub cut: bool,
}

impl Client {
    /// A client of these origins.
    pub fn new(origins: Vec<Origin>, _config: &ClientConfig) -> Result<Self, ConfigError> {
        Ok(Self { origins })
    }

    /// Sends it. `Err` where there is no answer of the upstream: refused by a rule of ours, away, too slow. Any
    /// answer at all, 500 too, is `Ok`; see [`Response::error`].
    pub async fn send(&self, request: Request) -> Result<Response> {
        let _ = (&self.origins, request);
        Err(Error::internal("not built yet"))
    }
}

impl Response {
    /// What a status outside 2xx means to a caller: a code and a sentence, with what the body says cut and cleaned.
    /// Their 401 and 403 are not ours: the user is signed in here, the upstream refused what was sent for them.
    pub fn error(&self) -> Option<Error> {
        None
    }
}
