use std::time::Duration;

use connector::{Outcome, Progress};
use http::uri::PathAndQuery;
use prost_reflect::DynamicMessage;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use super::codec::DynamicCodec;
use super::{Call, Failed};
use crate::catalog::cut;
use crate::message;

/// How much of an item is told as progress, in characters.
const PROGRESS_CHARS_MAX: usize = 1_000;
/// How long a full page waits to learn whether it is the last.
const LAST_WAIT: Duration = Duration::from_millis(200);

/// What came, and why it ends there.
#[derive(Default)]
struct Collected {
    items: Vec<Box<RawValue>>,
    bytes: usize,
    /// Why there may be more; `None` where the service ended the stream.
    cut: Option<String>,
}

/// One message for the first of a stream. What is left unread is cancelled: the stream is dropped.
pub(super) async fn collect(
    call: &Call<'_>,
    client: &mut Grpc<Channel>,
    request: tonic::Request<DynamicMessage>,
    path: PathAndQuery,
    codec: DynamicCodec,
    deadline: Instant,
) -> Result<Outcome, Failed> {
    let listen = Duration::from_millis(call.config.stream_ms());
    // The service ends the call by its own clock: what came is told before.
    let latest = deadline.checked_sub(LAST_WAIT).unwrap_or(deadline);
    let until = (Instant::now() + listen).min(latest);
    timeout_at(until, client.ready())
        .await
        .map_err(|_| Failed::Late)?
        .map_err(|error| Status::from_error(error.into()))?;
    let mut collected = Collected::default();
    match timeout_at(until, client.server_streaming(request, path, codec)).await {
        Ok(answer) => collected.read(call, answer?.into_inner(), until).await?,
        // Nothing at all came: of what changes something, nobody knows whether it did.
        Err(_) if !call.is_harmless() => return Err(Failed::Late),
        Err(_) => collected.cut = Some(silent(listen)),
    }
    collected.outcome()
}

impl Collected {
    async fn read(
        &mut self,
        call: &Call<'_>,
        mut stream: Streaming<DynamicMessage>,
        until: Instant,
    ) -> Result<(), Failed> {
        let items_max = call.config.stream_items_max();
        let bytes_max = call.context.result_bytes_max;
        loop {
            let is_full = self.items.len() >= items_max;
            let until = if is_full { until.min(Instant::now() + LAST_WAIT) } else { until };
            let item = match timeout_at(until, stream.message()).await {
                Ok(Err(status)) if !self.items.is_empty() => return Err(Failed::Begun(Box::new(status))),
                Ok(item) => item?,
                Err(_) if is_full => return self.end(full(items_max)),
                Err(_) => return self.end(silent(Duration::from_millis(call.config.stream_ms()))),
            };
            let Some(item) = item else { return Ok(()) };
            if is_full {
                return self.end(full(items_max));
            }
            let text = message::write(&item)?;
            // Brackets and commas count too.
            if self.bytes + text.get().len() + 3 > bytes_max {
                return self.end(format!(
                    "The answer would be larger than {bytes_max} bytes: this is its beginning. Ask for less, by a filter."
                ));
            }
            self.bytes += text.get().len() + 1;
            self.items.push(text);
            self.tell(call);
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "it ends a function that returns a result")]
    fn end(&mut self, why: String) -> Result<(), Failed> {
        self.cut = Some(why);
        Ok(())
    }

    fn tell(&self, call: &Call<'_>) {
        let Some(last) = self.items.last() else { return };
        let done = u32::try_from(self.items.len()).map_or(f64::MAX, f64::from);
        let message = Some(cut(last.get(), PROGRESS_CHARS_MAX));
        call.context.progress(Progress { done, total: None, message });
    }

    fn outcome(self) -> Result<Outcome, Failed> {
        let mut outcome = Outcome::of(&self.items)?;
        outcome.has_more = Some(self.cut.is_some());
        if self.cut.is_none() {
            outcome.count = u64::try_from(self.items.len()).ok();
        }
        outcome.notices.extend(self.cut);
        Ok(outcome)
    }
}

fn full(items_max: usize) -> String {
    format!("These are the first {items_max} messages of the stream; it was ended there. Ask for less, by a filter.")
}

fn silent(listened: Duration) -> String {
    let seconds = listened.as_secs_f64();
    format!("The stream was still open after {seconds} seconds and was ended there: these are the messages that came.")
}
