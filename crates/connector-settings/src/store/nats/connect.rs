use std::borrow::Cow;
use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{Context, ContextBuilder, GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{self, DiscardPolicy, Stream};
use async_nats::{Client, ConnectOptions, ServerAddr};
use connector::{Error, Result};
use percent_encoding::percent_decode_str;
use tracing::info;
use url::Url;

use crate::config::Config;

/// Pauses between attempts to connect again.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// How often the connection is tried; after two without an answer it is made anew.
const PING: Duration = Duration::from_secs(5);

/// Connects, and finds or makes the bucket.
pub(super) async fn connect(url: &str, config: &Config) -> Result<(Client, Context, Stream)> {
    let timeout = Duration::from_millis(config.timeout_ms);
    let (servers, account) = addresses(url)?;
    let client = options(url, config, account)
        .await?
        .connection_timeout(timeout)
        .request_timeout(Some(timeout))
        .ping_interval(PING)
        // Only what the configuration names is given the account.
        .ignore_discovered_servers()
        .reconnect_delay_callback(|attempt| PAUSE_MIN.saturating_mul(1 << attempt.min(10)).min(PAUSE_MAX))
        .event_callback(|event| async move { info!(%event, "the settings' NATS server") })
        .connect(servers);
    let client = tokio::time::timeout(timeout * 2, client).await;
    let client = client.map_err(Error::unavailable)?.map_err(Error::unavailable)?;
    let jetstream = ContextBuilder::new().timeout(timeout).build(client.clone());
    let name = format!("KV_{}", config.bucket);
    let stream = match jetstream.get_stream(&name).await {
        Ok(stream) => stream,
        Err(error) if config.create_bucket && is_missing(&error) => {
            jetstream.create_stream(bucket(name, config)).await.map_err(Error::unavailable)?
        }
        Err(error) => return Err(Error::unavailable(error)),
    };
    Ok((client, jetstream, stream))
}

fn is_missing(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// What makes a stream a key-value bucket (NATS, ADR-8).
fn bucket(name: String, config: &Config) -> stream::Config {
    stream::Config {
        name,
        description: Some("settings of users, written by bellhop".to_owned()),
        subjects: vec![format!("$KV.{}.>", config.bucket)],
        max_messages_per_subject: config.history.into(),
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        discard: DiscardPolicy::New,
        num_replicas: 1,
        ..stream::Config::default()
    }
}

async fn options(url: &str, config: &Config, account: Option<Account>) -> Result<ConnectOptions> {
    let mut options = ConnectOptions::new().name("bellhop");
    let path = |path: &std::path::Path| config.base.join(path);
    if url.starts_with("tls:") || config.ca.is_some() || config.client_cert.is_some() {
        options = options.require_tls(true);
    }
    if let Some(ca) = &config.ca {
        options = options.add_root_certificates(path(ca));
    }
    match (&config.client_cert, &config.client_key) {
        (Some(cert), Some(key)) => options = options.add_client_certificate(path(cert), path(key)),
        (None, None) => {}
        _ => return Err(Error::invalid("`client_cert` and `client_key` go together.")),
    }
    if let Some(file) = &config.credentials {
        options = options
            .credentials_file(path(file))
            .await
            .map_err(|error| Error::invalid("The file that `credentials` names cannot be read.").with_source(error))?;
    } else if let Some(seed) = &config.nkey {
        options = options.nkey(seed.expose().to_owned());
    } else if let (Some(user), Some(password)) = (&config.username, &config.password) {
        options = options.user_and_password(user.clone(), password.expose().to_owned());
    } else {
        options = match account {
            Some((user, Some(password))) => options.user_and_password(user, password),
            Some((token, None)) => options.token(token),
            None => options,
        };
    }
    Ok(options)
}

/// A user and their password, or a token alone.
type Account = (String, Option<String>);

/// The servers' addresses, and the account that one of them names, which the client does not look for there.
fn addresses(url: &str) -> Result<(Vec<ServerAddr>, Option<Account>)> {
    // The reason may repeat the address, and that may hold a password.
    let wrong = || Error::invalid("`url` is not an address such as nats://user:password@host:4222.");
    let (mut servers, mut account) = (Vec::new(), None);
    for one in url.split(',') {
        let mut url = Url::parse(one.trim()).map_err(|_| wrong())?;
        if !url.username().is_empty() {
            let user = percent_decode_str(url.username()).decode_utf8().map_err(|_| wrong())?.into_owned();
            let password = url.password().map(|password| percent_decode_str(password).decode_utf8()).transpose();
            account = Some((user, password.map_err(|_| wrong())?.map(Cow::into_owned)));
        }
        let stripped = url.set_username("").and_then(|()| url.set_password(None));
        stripped.map_err(|()| wrong())?;
        servers.push(ServerAddr::from_url(url).map_err(|_| wrong())?);
    }
    Ok((servers, account))
}
