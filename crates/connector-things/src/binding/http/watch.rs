//! News over HTTP by long polling (TD 1.1 section 5.3.4.2, `subprotocol`): a request that is answered when there is some.

use std::time::Duration;

use connector::{ErrorKind, Result};
use http::{Method, StatusCode};
use tokio::time::{Instant, sleep};

use super::{Http, answer, method};
use crate::binding::{At, Sink};

/// How long one request waits for news.
pub(super) const WAIT_MS: u64 = 60_000;

/// News do not come faster: a device that answers at once is no long poll.
const PAUSE: Duration = Duration::from_millis(200);

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
