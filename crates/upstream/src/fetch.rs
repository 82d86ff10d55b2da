use bytes::Bytes;
use connector::{Error, ErrorKind, Result};
use http::header::{ACCEPT, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use reqwest::Url;

use crate::request::encode_path;
use crate::{Client, ClientConfig, ConfigError, Origin, Request};

/// Reads documents from the origin of one configured address: an API's description, and what it refers to.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    origin: Origin,
}

/// What asking again asks with (RFC 9110 section 13.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

/// A document as it was served.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its text, whole.
    pub body: Bytes,
    /// Its media type without parameters, in lower case.
    pub media_type: Option<String>,
    /// Where it came from, redirects followed: what its relative references are relative to.
    pub address: Url,
    /// What to ask again with.
    pub validators: Validators,
}

impl Fetcher {
    /// For the origin of an address that configuration names, which may have a path and a query.
    pub fn new(address: &str, config: &ClientConfig) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::Address { address: address.to_owned() };
        let mut url = Url::parse(address).map_err(|_| wrong())?;
        url.set_path("/");
        url.set_query(None);
        url.set_fragment(None);
        let origin = Origin::parse(url.as_str()).map_err(|_| wrong())?;
        // Every document is asked for with a bound of its own.
        let config = ClientConfig { answer_bytes_max: usize::MAX, ..config.clone() };
        Ok(Self { client: Client::new(vec![origin.clone()], &config)?, origin })
    }

    /// Whether an address is on its origin.
    pub fn reaches(&self, address: &Url) -> bool {
        self.origin.holds(address)
    }

    /// Reads a document of at most so many bytes; `None` where it is still the one that `known` came with. Redirects
    /// are followed within the origin.
    pub async fn get(&self, address: &Url, bytes_max: usize, known: Option<&Validators>) -> Result<Option<Document>> {
        if !self.reaches(address) {
            return Err(Error::invalid("The document is at another address than the configured one, and is not read."));
        }
        let mut request = Request::new(Method::GET, self.origin.clone(), encode_path(address.path()));
        request.query = encode_path(address.query().unwrap_or_default());
        request.answer_bytes_max = bytes_max;
        request.headers = asking(known);
        let response = self.client.send(request).await?;
        if response.status == StatusCode::NOT_MODIFIED && known.is_some() {
            return Ok(None);
        }
        if let Some(error) = response.error() {
            return Err(error);
        }
        if response.cut {
            let message = format!("The document is larger than {bytes_max} bytes.");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let media_type = response.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let media_type =
            media_type.and_then(|kind| kind.split(';').next()).map(|kind| kind.trim().to_ascii_lowercase());
        let kept = |name: HeaderName| response.headers.get(name).cloned();
        let validators = Validators { etag: kept(ETAG), last_modified: kept(LAST_MODIFIED) };
        let address = response.url.unwrap_or_else(|| address.clone());
        Ok(Some(Document { body: response.body, media_type, address, validators }))
    }
}

fn asking(known: Option<&Validators>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, application/yaml;q=0.9, */*;q=0.5"));
    let known = known.cloned().unwrap_or_default();
    let asked = [(IF_NONE_MATCH, known.etag), (IF_MODIFIED_SINCE, known.last_modified)];
    headers.extend(asked.into_iter().filter_map(|(name, value)| Some((name, value?))));
    headers
}
