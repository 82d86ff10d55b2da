use std::time::Duration;

use reqwest::{Certificate, redirect, retry};

use super::names::Filter;
use crate::{ClientConfig, ConfigError};

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(30);

/// What is told of us.
const AGENT: &str = concat!("bellhop/", env!("CARGO_PKG_VERSION"));

/// The pool of connections. What goes beyond one request (redirects, repeats, decompression, proxies of the
/// environment) is turned off here and done, if at all, where the rules stand.
pub(crate) fn http(config: &ClientConfig, filter: Filter) -> Result<reqwest::Client, ConfigError> {
    let header_bytes_max = u32::try_from(config.answer_header_bytes_max).unwrap_or(u32::MAX);
    let mut builder = reqwest::Client::builder()
        .user_agent(AGENT)
        .no_proxy()
        .referer(false)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_gzip()
        .no_deflate()
        .no_brotli()
        .no_zstd()
        .dns_resolver(filter)
        .connect_timeout(Duration::from_millis(config.connect_timeout_ms))
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(config.concurrency_max)
        .http2_max_header_list_size(header_bytes_max)
        .http2_adaptive_window(true);
    if let Some(path) = &config.ca {
        let wrong = |reason: String| ConfigError::Certificates { path: path.clone(), reason };
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| wrong("it is not PEM".to_owned()))?;
        if certificates.is_empty() {
            return Err(wrong("it holds no certificate".to_owned()));
        }
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| ConfigError::Tls { reason: super::trouble::chain(&error) })
}
