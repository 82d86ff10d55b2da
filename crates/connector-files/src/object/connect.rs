use std::sync::Arc;
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use object_store::aws::{AmazonS3Builder, S3CopyIfNotExists};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

use crate::config::Config;

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a request is repeated that is safe to repeat (reads, deletions, whole unconditional writes, and whatever
/// the store never got), and for how long.
const RETRIES_MAX: usize = 2;
const RETRY_TIMEOUT: Duration = Duration::from_secs(5);

/// A store and where in it the users' files begin.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(super) prefix: Option<String>,
}

/// Makes the client of the store that `url` names. It connects when it is first used.
pub(crate) fn connect(url: &str, config: &Config) -> Result<Bucket> {
    if url == "memory:" {
        return Ok(Bucket { store: Arc::new(InMemory::new()), prefix: None });
    }
    let place = url.strip_prefix("s3://").ok_or_else(wrong_url)?;
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let prefix = prefix.trim_end_matches('/');
    if bucket.is_empty() || bucket.contains(['?', '#', '@', ':']) || Path::parse(prefix).is_err() {
        return Err(wrong_url());
    }
    let retry = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            base: 2.0,
        },
        max_retries: RETRIES_MAX,
        retry_timeout: RETRY_TIMEOUT,
    };
    let client = ClientOptions::new()
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_timeout(Duration::from_millis(config.store_timeout_ms));
    let mut builder = AmazonS3Builder::new()
        .with_client_options(client)
        .with_retry(retry)
        .with_bucket_name(bucket)
        .with_region(config.region.as_deref().unwrap_or("us-east-1"))
        .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
        .with_allow_http(config.allow_http);
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    match (&config.access_key_id, &config.secret_access_key) {
        (Some(id), Some(secret)) => {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose());
        }
        (None, None) => {}
        _ => return Err(Error::invalid("`access_key_id` and `secret_access_key` belong together. Give both or none.")),
    }
    let store = builder.build().map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, "The store's settings do not fit together. See the log for the reason.")
            .with_source(error)
    })?;
    Ok(Bucket { store: Arc::new(store), prefix: (!prefix.is_empty()).then(|| prefix.to_owned()) })
}

fn wrong_url() -> Error {
    Error::invalid("`url` must be s3://bucket/prefix, file:///folder or memory:.")
}

impl Bucket {
    /// Whether the store answers, and lets this server in.
    pub(crate) async fn health(&self) -> Result<()> {
        use futures::StreamExt;
        let prefix = self.prefix.as_deref().map(Path::parse).transpose().map_err(Error::internal)?;
        match self.store.list(prefix.as_ref()).next().await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(Error::new(
                ErrorKind::Unavailable,
                "The store that `url` names cannot be reached, or does not let this server in.",
            )
            .with_source(error)),
        }
    }
}
