//! Settings in a key-value bucket of NATS JetStream.
//!
//! A bucket is a stream whose subjects are the keys; the stream's sequence is the revision, and a write that expects
//! the last sequence of its subject is the comparison. What this needs of the server is in 2.9.

mod connect;
mod names;
mod read;

use std::fmt;
use std::time::Duration;

use async_nats::Client;
use async_nats::connection::State;
use async_nats::header::{HeaderMap, HeaderValue, NATS_EXPECTED_LAST_SUBJECT_SEQUENCE};
use async_nats::jetstream;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use connector::{Error, Result};
use serde_json::Value;
use tokio::time::timeout;

use self::names::Names;
use super::{Doc, Store, Stored, Written, lost, plain};
use crate::config::Config;
use crate::item::now;
use crate::space::{Space, encoded};

/// How many expired keys one write removes.
const SWEEP_MAX: usize = 50;

pub(crate) struct Nats {
    client: Client,
    jetstream: jetstream::Context,
    stream: Stream,
    names: Names,
    keys_max: usize,
    timeout: Duration,
}

impl Nats {
    pub(crate) async fn open(resource: &str, url: &str, config: &Config) -> Result<Self> {
        let names = Names::new(resource, config)?;
        let (client, jetstream, stream) = connect::connect(url, config).await?;
        let timeout = Duration::from_millis(config.timeout_ms);
        Ok(Self { client, jetstream, stream, names, keys_max: config.keys_max as usize, timeout })
    }

    /// The client would keep what is sent now until the server is back, and send it then: after its caller was told that
    /// it failed.
    fn connected(&self) -> Result<()> {
        match self.client.connection_state() {
            State::Connected => Ok(()),
            state => Err(Error::unavailable(format!("the connection is {state}"))),
        }
    }

    /// Writes to a subject if its last sequence is this one.
    async fn publish(&self, subject: String, mut headers: HeaderMap, bytes: Vec<u8>, expected: u64) -> Result<Written> {
        self.connected()?;
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, HeaderValue::from(expected));
        let written = async {
            let sent = self.jetstream.publish_with_headers(subject, headers, bytes.into()).await?;
            sent.await.map(|ack| ack.sequence)
        };
        match timeout(self.timeout, written).await {
            Ok(Ok(sequence)) => Ok(Written::Done(sequence)),
            Ok(Err(error)) => refused(error),
            Err(_) => Err(lost("the store does not answer in time")),
        }
    }

    /// Whether the user may have one key more. What is expired goes first.
    async fn has_room(&self, space: &Space) -> Result<bool> {
        let of_user = self.names.subject(&self.names.all_of(space));
        let held = async {
            let mut subjects = self.stream.info_with_subjects(&of_user).await.map_err(Error::unavailable)?;
            let mut held = 0;
            while let Some(subject) =
                futures::TryStreamExt::try_next(&mut subjects).await.map_err(Error::unavailable)?
            {
                held += usize::from(subject.1 > 0);
            }
            Ok::<_, Error>(held)
        };
        let held = timeout(self.timeout, held).await.map_err(Error::unavailable)??;
        if held < self.keys_max {
            return Ok(true);
        }
        let now = now();
        let (mut live, mut swept) = (0, 0);
        for (key, stored) in self.all(space, held).await? {
            if !stored.doc.is_expired(now) {
                live += 1;
            } else if swept < SWEEP_MAX {
                swept += 1;
                self.delete(space, &key, stored.revision).await?;
            }
        }
        Ok(live < self.keys_max)
    }
}

#[async_trait::async_trait]
impl Store for Nats {
    async fn get(&self, space: &Space, key: &str) -> Result<Option<Stored>> {
        self.connected()?;
        let subject = self.names.subject(&self.names.key(space, key));
        // From the leader: a replica may not have yet what was just written.
        let found = timeout(self.timeout, self.stream.get_last_raw_message_by_subject(&subject)).await;
        match found.map_err(Error::unavailable)? {
            Ok(message) => {
                let time = message.time.unix_timestamp_nanos() / 1_000_000;
                let time = i64::try_from(time).unwrap_or_default();
                Ok(Some(read::stored(&message.headers, &message.payload, message.sequence, time)))
            }
            Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
            Err(error) => Err(Error::unavailable(error)),
        }
    }

    async fn all(&self, space: &Space, max: usize) -> Result<Vec<(String, Stored)>> {
        self.connected()?;
        let filter = self.names.subject(&self.names.all_of(space));
        let found = read::read(&self.stream, filter, DeliverPolicy::LastPerSubject, max, self.timeout).await?;
        let named = |(subject, stored): (String, Stored)| Some((self.names.key_of(space, &subject)?, stored));
        Ok(found.into_iter().filter_map(named).collect())
    }

    async fn put(&self, space: &Space, key: &str, doc: &Doc, expected: u64) -> Result<Written> {
        let bytes = serde_json::to_vec(doc).map_err(Error::internal)?;
        // Two calls at the same instant may both find room for the last key.
        if expected == 0 && !self.has_room(space).await? {
            return Ok(Written::Full);
        }
        let subject = self.names.subject(&self.names.key(space, key));
        self.publish(subject, HeaderMap::new(), bytes, expected).await
    }

    async fn delete(&self, space: &Space, key: &str, expected: u64) -> Result<Written> {
        let subject = self.names.subject(&self.names.key(space, key));
        let written = self.publish(subject.clone(), read::removed(), Vec::new(), expected).await?;
        if let Written::Done(marker) = written {
            // The mark of the removal can go too, and with it all before it; nothing that is written from now on.
            let purge = self.stream.purge().filter(subject).sequence(marker + 1);
            if let Ok(Err(error)) = timeout(self.timeout, purge.into_future()).await {
                tracing::debug!(%error, "the mark of a removed setting stays");
            }
        }
        Ok(written)
    }

    async fn history(&self, space: &Space, key: &str) -> Result<Vec<Stored>> {
        self.connected()?;
        let subject = self.names.subject(&self.names.key(space, key));
        let found = read::read(&self.stream, subject, DeliverPolicy::All, usize::MAX, self.timeout).await?;
        let mut all: Vec<_> = found.into_iter().map(|(_, stored)| stored).collect();
        all.sort_by_key(|stored| std::cmp::Reverse(stored.revision));
        Ok(all)
    }

    async fn default(&self, key: &str) -> Result<Option<Value>> {
        let Some(prefix) = &self.names.defaults else { return Ok(None) };
        self.connected()?;
        let subject = self.names.subject(&format!("{prefix}{}", encoded(key)));
        let found = timeout(self.timeout, self.stream.get_last_raw_message_by_subject(&subject)).await;
        match found.map_err(Error::unavailable)? {
            Ok(message) if read::is_removed(&message.headers) => Ok(None),
            Ok(message) => Ok(plain(&message.payload)),
            Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
            Err(error) => Err(Error::unavailable(error)),
        }
    }

    async fn defaults(&self, max: usize) -> Result<Vec<(String, Value)>> {
        let Some(prefix) = &self.names.defaults else { return Ok(Vec::new()) };
        self.connected()?;
        let filter = self.names.subject(&format!("{prefix}*"));
        let found = read::messages(&self.stream, filter, DeliverPolicy::LastPerSubject, max, self.timeout).await?;
        let value = |message: &async_nats::jetstream::Message| {
            let headers = message.headers.clone().unwrap_or_default();
            let key = self.names.default_of(&message.subject)?;
            (!read::is_removed(&headers)).then_some((key, plain(&message.payload)?))
        };
        Ok(found.iter().filter_map(value).collect())
    }

    async fn health(&self) -> Result<()> {
        self.connected()?;
        timeout(self.timeout, self.stream.get_info()).await.map_err(Error::unavailable)?.map_err(Error::unavailable)?;
        Ok(())
    }
}

fn refused(error: PublishError) -> Result<Written> {
    match error.kind() {
        PublishErrorKind::WrongLastSequence => Ok(Written::Changed),
        // Nobody took it.
        PublishErrorKind::StreamNotFound | PublishErrorKind::MaxAckPending => Err(Error::unavailable(error)),
        PublishErrorKind::MaxPayloadExceeded => {
            Err(Error::new(connector::ErrorKind::LimitExceeded, "The store does not take values that large."))
        }
        PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => Err(lost(error)),
        _ => Err(Error::internal(error)),
    }
}

impl fmt::Debug for Nats {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Nats").field("names", &self.names).finish_non_exhaustive()
    }
}
