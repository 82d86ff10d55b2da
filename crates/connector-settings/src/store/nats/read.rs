//! Reading what lies below a pattern of subjects: by a consumer that lives as long as one call.

use std::time::Duration;

use async_nats::header::{HeaderMap, HeaderValue, NATS_ROLLUP};
use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, ReplayPolicy, pull};
use async_nats::jetstream::stream::Stream;
use connector::{Error, Result};
use futures::StreamExt;
use serde_json::Value;
use tokio::time::timeout;

use super::super::{Doc, Stored, plain};

/// What tells a removal from a value (NATS, ADR-8).
const OPERATION: &str = "KV-Operation";
/// After how long without a request the server forgets a consumer that was not taken away.
const FORGOTTEN: Duration = Duration::from_secs(10);

/// Subjects and what they hold, removals left out.
pub(super) async fn read(
    stream: &Stream,
    filter: String,
    policy: DeliverPolicy,
    max: usize,
    time: Duration,
) -> Result<Vec<(String, Stored)>> {
    let all = messages(stream, filter, policy, max, time).await?;
    let stored = |message: Message| {
        let headers = message.headers.clone().unwrap_or_default();
        if is_removed(&headers) {
            return None;
        }
        let (sequence, published) = {
            let info = message.info().ok()?;
            (info.stream_sequence, info.published.unix_timestamp_nanos() / 1_000_000)
        };
        let published = i64::try_from(published).unwrap_or_default();
        Some((message.subject.to_string(), self::stored(&headers, &message.payload, sequence, published)))
    };
    Ok(all.into_iter().filter_map(stored).collect())
}

/// All of them, or the first `max`. What is removed meanwhile looks like an answer that broke off, so it is asked twice.
pub(super) async fn messages(
    stream: &Stream,
    filter: String,
    policy: DeliverPolicy,
    max: usize,
    time: Duration,
) -> Result<Vec<Message>> {
    for _ in 0..2 {
        if let Some(found) =
            timeout(time, once(stream, &filter, policy, max, time)).await.map_err(Error::unavailable)??
        {
            return Ok(found);
        }
    }
    Err(Error::unavailable("the answer broke off"))
}

async fn once(
    stream: &Stream,
    filter: &str,
    policy: DeliverPolicy,
    max: usize,
    time: Duration,
) -> Result<Option<Vec<Message>>> {
    let wanted = pull::Config {
        deliver_policy: policy,
        ack_policy: AckPolicy::None,
        replay_policy: ReplayPolicy::Instant,
        filter_subject: filter.to_owned(),
        inactive_threshold: FORGOTTEN,
        memory_storage: true,
        ..pull::Config::default()
    };
    let consumer = stream.create_consumer(wanted).await.map_err(Error::unavailable)?;
    let pending = usize::try_from(consumer.cached_info().num_pending).unwrap_or(usize::MAX).min(max);
    let mut found: Vec<Message> = Vec::new();
    if pending > 0 {
        let batch = consumer.fetch().max_messages(pending).expires(time).messages().await;
        let mut batch = batch.map_err(Error::unavailable)?;
        while let Some(message) = batch.next().await {
            found.push(message.map_err(Error::unavailable)?);
        }
    }
    // Nobody waits for that: the server forgets it by itself.
    let (stream, name) = (stream.clone(), consumer.cached_info().name.clone());
    tokio::spawn(async move { timeout(FORGOTTEN, stream.delete_consumer(&name)).await.is_ok() });
    let is_last = |message: &Message| message.info().is_ok_and(|info| info.pending == 0);
    let is_whole = found.len() == pending || found.last().is_some_and(is_last);
    Ok(is_whole.then_some(found))
}

/// What a message says. A removal is something that has expired; what somebody else wrote is a value all the same.
pub(super) fn stored(headers: &HeaderMap, payload: &[u8], revision: u64, time: i64) -> Stored {
    let expired = || Doc { value: Value::Null, created: time, updated: time, expires: Some(0) };
    if is_removed(headers) {
        return Stored { doc: expired(), revision };
    }
    let doc = serde_json::from_slice(payload)
        .ok()
        .or_else(|| Some(Doc { value: plain(payload)?, created: time, updated: time, expires: None }));
    Stored { doc: doc.unwrap_or_else(expired), revision }
}

pub(super) fn is_removed(headers: &HeaderMap) -> bool {
    headers.get(OPERATION).is_some_and(|it| matches!(it.as_str(), "DEL" | "PURGE"))
}

/// The headers of a removal that takes what was before with it.
pub(super) fn removed() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(OPERATION, HeaderValue::from("PURGE"));
    headers.insert(NATS_ROLLUP, HeaderValue::from("sub"));
    headers
}
