//! News over HTTP (TD 1.1 section 5.3.4.2, `subprotocol`): by long polling, a request that is answered when there is some;
//! or by server-sent events, an answer that does not end.

use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use http::header::ACCEPT;
use http::{HeaderValue, Method, StatusCode};
use tokio::time::{Instant, sleep};
use upstream::Streamed;

use super::{Http, answer, method};
use crate::binding::{At, Reading, Sink};
use crate::payload;

/// How long one request waits for news.
pub(super) const WAIT_MS: u64 = 60_000;

/// News do not come faster: a device that answers at once is no long poll.
const PAUSE: Duration = Duration::from_millis(200);

/// How long a stream may say nothing before it is opened again.
const SILENCE_MAX: Duration = Duration::from_secs(3_600);

pub(super) async fn long_poll(http: &Http, at: &At, sink: &Sink) -> Result<()> {
    sink.standing();
    loop {
        let mut request = http.request(at, method(&at.form, Method::GET), &at.form.href)?;
        request.repeatable = false;
        let begun = Instant::now();
        match http.waits.of(&request.origin)?.send(request).await {
            Ok(response) if response.status == StatusCode::NO_CONTENT => {}
            Ok(response) if response.status == StatusCode::REQUEST_TIMEOUT => {}
            Ok(response) => sink.value(answer::reading(&response, at)?),
            // No news in all that time.
            Err(error) if error.kind() == ErrorKind::Timeout && upstream::may_be_done(&error) => {}
            Err(error) => return Err(error),
        }
        sleep(PAUSE.saturating_sub(begun.elapsed())).await;
    }
}

pub(super) async fn events(http: &Http, at: &At, sink: &Sink) -> Result<()> {
    let mut request = http.request(at, Method::GET, &at.form.href)?;
    request.repeatable = false;
    request.headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
    let answer = http.waits.of(&request.origin)?.send_streaming(request).await?;
    let mut events = match answer {
        Streamed::Events(events) => events,
        Streamed::Whole(response) => {
            let none =
                || Error::new(ErrorKind::Unsupported, "The device tells no news at the address of its description.");
            return Err(answer::refused(&response).unwrap_or_else(none));
        }
    };
    events.give_turn_back();
    // A device may have no news for long: what is gone is noticed by the connection.
    events.set_silence_max(SILENCE_MAX);
    sink.standing();
    while let Some(event) = events.next().await? {
        // The name of an event is the affordance's, where the stream has several (WoT Profile, HTTP SSE Profile).
        if event.kind.as_ref().is_none_or(|kind| *kind == at.name || kind == "message") {
            let kind = &at.form.content_type;
            sink.value(Reading::now(payload::decode(event.data.as_bytes(), kind, &at.schema)?));
        }
    }
    Ok(())
}
