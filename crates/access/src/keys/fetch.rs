use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use serde_json::{Map, Value};

use crate::token::Object;

/// Why something could not be fetched from the identity provider.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection, no whole answer in time, or not an address.
    #[error("{url} cannot be reached")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What the HTTP client says.
        source: reqwest::Error,
    },
    /// Any answer but 200. Redirects are not followed: keys come from where configuration says and nowhere else.
    #[error("{url} answered {status}, not 200")]
    Status {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// More bytes than allowed.
    #[error("{url} answered more than {bytes_max} bytes")]
    TooLarge {
        /// What was asked for.
        url: String,
        /// The bound.
        bytes_max: usize,
    },
    /// Not the JSON document that belongs there.
    #[error("{url} did not answer {wanted}")]
    NotA {
        /// What was asked for.
        url: String,
        /// What belongs there.
        wanted: &'static str,
    },
    /// No well-known document leads there.
    #[error("no {wanted} found for the issuer {issuer}: {tried}. Set its address")]
    NotFound {
        /// What was looked for, by its name in those documents.
        wanted: &'static str,
        /// The configured issuer.
        issuer: String,
        /// What each address answered.
        tried: String,
    },
}

/// Fetches small JSON documents, bounded in time and size.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher {
    http: reqwest::Client,
    bytes_max: usize,
}

impl Fetcher {
    pub(crate) fn new(timeout: Duration, bytes_max: usize) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .timeout(timeout)
            .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, bytes_max })
    }

    pub(crate) async fn json(&self, url: &str) -> Result<Value, FetchError> {
        let request = self.http.get(url).header("accept", "application/jwk-set+json, application/json");
        let body = self.body(url, request).await?;
        serde_json::from_slice(&body).map_err(|_| FetchError::NotA { url: url.to_owned(), wanted: "JSON" })
    }

    /// Posts a form and reads an object in which each name stands once.
    pub(crate) async fn ask(
        &self,
        url: &str,
        form: String,
        authorization: Option<&str>,
    ) -> Result<Map<String, Value>, FetchError> {
        let mut request = self.http.post(url).header("accept", "application/json");
        if let Some(authorization) = authorization {
            let value = HeaderValue::from_str(authorization);
            let mut value = value.map_err(|_| FetchError::NotA { url: url.to_owned(), wanted: "a client" })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let body = self.body(url, request).await?;
        let object = serde_json::from_slice::<Object>(&body);
        object.map(|Object(object)| object).map_err(|_| FetchError::NotA { url: url.to_owned(), wanted: "an object" })
    }

    async fn body(&self, url: &str, request: RequestBuilder) -> Result<Vec<u8>, FetchError> {
        let unreachable =
            |source: reqwest::Error| FetchError::Unreachable { url: url.to_owned(), source: source.without_url() };
        let mut answer = request.send().await.map_err(unreachable)?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Status { url: url.to_owned(), status: answer.status().as_u16() });
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > self.bytes_max {
                return Err(FetchError::TooLarge { url: url.to_owned(), bytes_max: self.bytes_max });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
