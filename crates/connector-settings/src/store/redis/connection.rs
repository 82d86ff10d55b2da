use std::fs;
use std::time::{Duration, Instant};

use connector::{Error, Result};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ClientTlsConfig, ConnectionInfo, IntoConnectionInfo, RedisError, TlsCertificates,
};
use tokio::sync::Mutex;

use crate::config::Config;

/// Pauses between attempts to connect, while they fail.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// One connection that all calls share. It is made anew when it broke; while that fails, calls are answered at once and
/// the next attempt waits longer and longer.
pub(super) struct Connection {
    client: Client,
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<MultiplexedConnection>,
    /// Counts connections, so that a call which saw an old one break does not close the new one.
    number: u64,
    failed: u32,
    not_before: Option<Instant>,
}

/// A connection, and which one.
pub(super) struct Open {
    pub(super) link: MultiplexedConnection,
    number: u64,
}

impl Connection {
    pub(super) fn new(url: &str, config: &Config) -> Result<Self> {
        let timeout = Duration::from_millis(config.timeout_ms);
        Ok(Self { client: client(url, config)?, timeout, state: Mutex::default() })
    }

    /// A failure here means that nothing was sent.
    pub(super) async fn open(&self) -> Result<Open> {
        let mut state = self.state.lock().await;
        if let Some(link) = &state.open {
            return Ok(Open { link: link.clone(), number: state.number });
        }
        if state.not_before.is_some_and(|at| Instant::now() < at) {
            return Err(Error::unavailable("the last attempt to connect failed just now"));
        }
        let times = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        let opened =
            tokio::time::timeout(self.timeout, self.client.get_multiplexed_async_connection_with_config(&times));
        let opened = match opened.await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(error)) => Err(Error::unavailable(error)),
            Err(_) => Err(Error::unavailable("connecting takes too long")),
        };
        match opened {
            Ok(link) => {
                let number = state.number + 1;
                *state = State { open: Some(link.clone()), number, ..State::default() };
                Ok(Open { link, number })
            }
            Err(error) => {
                let pause = PAUSE_MIN.saturating_mul(1 << state.failed.min(10)).min(PAUSE_MAX);
                state.failed = state.failed.saturating_add(1);
                state.not_before = Some(Instant::now() + pause);
                Err(error)
            }
        }
    }

    /// Closes a connection that can no longer be trusted.
    pub(super) async fn close(&self, broken: &Open) {
        let mut state = self.state.lock().await;
        if state.number == broken.number {
            state.open = None;
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }
}

/// Whether the connection is no use any more, and with it what was asked on it.
pub(super) fn broke(error: &RedisError) -> bool {
    error.is_io_error() || error.is_unrecoverable_error()
}

fn client(url: &str, config: &Config) -> Result<Client> {
    let info: ConnectionInfo = url
        .into_connection_info()
        .map_err(|_| Error::invalid("`url` is not an address such as redis://user:password@host:6379/0."))?;
    let mut account = info.redis_settings().clone();
    if let Some(username) = &config.username {
        account = account.set_username(username);
    }
    if let Some(password) = &config.password {
        account = account.set_password(password.expose());
    }
    let info = info.set_redis_settings(account);
    let read = |path: &std::path::Path, key: &str| {
        fs::read(config.base.join(path))
            .map_err(|error| Error::invalid(format!("The file that `{key}` names cannot be read.")).with_source(error))
    };
    let client_tls = match (&config.client_cert, &config.client_key) {
        (Some(cert), Some(key)) => {
            let (client_cert, client_key) = (read(cert, "client_cert")?, read(key, "client_key")?);
            Some(ClientTlsConfig { client_cert, client_key })
        }
        (None, None) => None,
        _ => return Err(Error::invalid("`client_cert` and `client_key` go together.")),
    };
    let root_cert = config.ca.as_ref().map(|path| read(path, "ca")).transpose()?;
    let is_tls = url.starts_with("rediss:");
    if !is_tls && (client_tls.is_some() || root_cert.is_some()) {
        return Err(Error::invalid("Certificates are for TLS: begin `url` with rediss://."));
    }
    let client = match is_tls {
        true => Client::build_with_tls(info, TlsCertificates { client_tls, root_cert }),
        false => Client::open(info),
    };
    client.map_err(|error| Error::invalid("The address or the certificates of the store are wrong.").with_source(error))
}
