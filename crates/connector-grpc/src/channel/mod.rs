//! The way to the server: one pinned, reconnecting HTTP/2 connection.

mod failure;
mod tls;

use std::time::Duration;

use connector::{Error, Result};
use hyper_util::rt::TokioIo;
use tokio::sync::Semaphore;
use tonic::transport::{Channel, Endpoint, Uri};
use upstream::{Breaker, Dialer, Origin};

pub(crate) use self::failure::lost;
use crate::Config;

/// What is told of us.
const AGENT: &str = concat!("bellhop/", env!("CARGO_PKG_VERSION"));
/// How often a silent connection is asked whether it still stands, and how long it may take to say so. A server that
/// vanished without a word is noticed by this.
const ALIVE_EVERY: Duration = Duration::from_secs(30);
const ALIVE_WITHIN: Duration = Duration::from_secs(10);

/// The server's channel, with what bounds its use.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) origin: Origin,
    pub(crate) channel: Channel,
    pub(crate) breaker: Breaker,
    pub(crate) turns: Semaphore,
}

impl Line {
    /// Sets it up; the connection is made at the first call and anew whenever it is lost.
    pub(crate) async fn new(name: &str, config: &Config) -> Result<Self> {
        let wrong = |what: &str| Error::invalid(format!("[resources.{name}]: {what}."));
        let url = config.url.as_deref().ok_or_else(|| wrong("set `url`, such as https://grpc.example.com"))?;
        let origin =
            Origin::parse(url).map_err(|_| wrong("`url` is not an address such as https://grpc.example.com"))?;
        if !matches!(origin.url().path(), "" | "/") {
            return Err(wrong("`url` of a gRPC server has no path"));
        }
        let dialer = Dialer::new(origin.clone(), &config.http).map_err(|error| Error::invalid(error.to_string()))?;
        dialer.check().await?;
        let channel = endpoint(name, config, &origin)?.connect_with_connector_lazy(tower::service_fn(move |_: Uri| {
            let dialer = dialer.clone();
            async move { dialer.connect().await.map(TokioIo::new) }
        }));
        let http = &config.http;
        Ok(Self {
            origin,
            channel,
            breaker: Breaker::new(http.breaker_failures, Duration::from_millis(http.breaker_ms)),
            turns: Semaphore::new(http.concurrency_max.clamp(1, Semaphore::MAX_PERMITS)),
        })
    }
}

fn endpoint(name: &str, config: &Config, origin: &Origin) -> Result<Endpoint> {
    let wrong = |what: String| Error::invalid(format!("[resources.{name}]: {what}."));
    let header_bytes_max = u32::try_from(config.http.answer_header_bytes_max).unwrap_or(u32::MAX);
    let endpoint = Endpoint::from_shared(origin.url().as_str().to_owned())
        .and_then(|endpoint| endpoint.user_agent(AGENT))
        .map_err(|error| wrong(format!("`url` cannot be used: {error}")))?
        .connect_timeout(Duration::from_millis(config.http.connect_timeout_ms))
        .http2_keep_alive_interval(ALIVE_EVERY)
        .keep_alive_timeout(ALIVE_WITHIN)
        .http2_max_header_list_size(header_bytes_max)
        .http2_adaptive_window(true);
    match tls::config(config, origin).map_err(wrong)? {
        Some(tls) => {
            endpoint.tls_config(tls).map_err(|error| wrong(format!("TLS cannot be set up: {}", chain(&error))))
        }
        None => Ok(endpoint),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
