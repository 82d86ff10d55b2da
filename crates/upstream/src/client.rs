mod addresses;
mod build;
mod names;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use connector::{Error, Result};
use reqwest::Url;
use tokio::time::timeout;

use self::names::Allowed;
pub use self::names::{Names, SystemNames};
use crate::request::target;
use crate::{ClientConfig, ConfigError, Origin, Request, Response};

/// Reaches the origins that it was made with and nothing else. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    origins: Vec<Origin>,
    config: ClientConfig,
    allowed: Allowed,
    http: reqwest::Client,
}

impl Client {
    /// A client of these origins.
    pub fn new(origins: Vec<Origin>, config: &ClientConfig) -> Result<Self, ConfigError> {
        Self::with_names(origins, config, Arc::new(SystemNames))
    }

    /// A client that asks somebody else for names' addresses.
    pub fn with_names(origins: Vec<Origin>, config: &ClientConfig, names: Arc<dyn Names>) -> Result<Self, ConfigError> {
        let networks = config.allow_addresses.iter().map(|text| addresses::Network::parse(text));
        let allowed = Allowed::new(networks.collect::<Result<_, _>>()?, &origins);
        let http = build::http(config, names, allowed.clone())?;
        Ok(Self { shared: Arc::new(Shared { origins, config: config.clone(), allowed, http }) })
    }

    /// Sends it. `Err` where there is no answer of the upstream: refused by a rule of ours, away, too slow. Any
    /// answer at all, 500 too, is `Ok`; see [`Response::error`].
    pub async fn send(&self, request: Request) -> Result<Response> {
        let url = self.shared.target(&request)?;
        let time = Duration::from_millis(self.shared.config.timeout_ms);
        timeout(time, self.shared.attempt(&request, url)).await.unwrap_or_else(|passed| Err(trouble::late(passed)))
    }
}

impl Shared {
    /// Where it goes, if it may go there.
    fn target(&self, request: &Request) -> Result<Url> {
        let known = self.origins.iter().find(|origin| origin.url() == request.origin.url());
        let origin = known.ok_or_else(|| Error::internal("a request to an origin that is not the client's"))?;
        if !self.allowed.takes(origin) {
            return Err(trouble::private());
        }
        request.check_headers()?;
        target(origin, &request.path, &request.query)
    }

    async fn attempt(&self, request: &Request, url: Url) -> Result<Response> {
        let sent = self.http.request(request.method.clone(), url).headers(request.headers.clone());
        let sent = sent.body(request.body.clone()).send();
        let mut answer = sent.await.map_err(trouble::trouble)?;
        let most = request.answer_bytes_max.min(self.config.answer_bytes_max);
        let (mut body, mut cut) = (BytesMut::new(), false);
        while let Some(chunk) = answer.chunk().await.map_err(trouble::trouble)? {
            let room = most - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                cut = true;
                break;
            }
        }
        let status = answer.status();
        let headers = std::mem::take(answer.headers_mut());
        Ok(Response { status, headers, body: body.freeze(), cut, secrets: request.secrets.clone() })
    }
}
