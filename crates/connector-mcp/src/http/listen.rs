use std::sync::{Arc, Weak};
use std::time::Duration;

use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};
use upstream::Streamed;

use super::headers;
use super::link::{Era, Inner};
use crate::wire::{About, Ask, Failure, Hearing, Message, Who, request, stateless};

/// How long the first pause is after a stream ended, and the longest.
const WAIT: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(300);
/// Servers write something from time to time to keep a stream open; one that is quiet for longer is taken for dead.
const SILENCE_MAX: Duration = Duration::from_secs(600);
/// No request of ours has this id.
const ID: u64 = 0;

/// Keeps a stream open on which the server says that its lists have changed, where it says that it does.
pub(super) fn start(inner: &Arc<Inner>, about: &About) {
    let tells = |name: &str| about.capabilities.get(name).and_then(|it| it.get("listChanged")) == Some(&json!(true));
    let wanted =
        [("toolsListChanged", "tools"), ("promptsListChanged", "prompts"), ("resourcesListChanged", "resources")];
    let wanted: Map<String, Value> = wanted
        .iter()
        .filter(|(_, capability)| tells(capability))
        .map(|(key, _)| ((*key).to_owned(), true.into()))
        .collect();
    if !wanted.is_empty() {
        tokio::spawn(keep(Arc::downgrade(inner), wanted));
    }
}

async fn keep(inner: Weak<Inner>, wanted: Map<String, Value>) {
    let mut wait = WAIT;
    loop {
        match once(&inner, &wanted).await {
            // It said something: all is well, and a stream may end.
            Ok(true) => wait = WAIT,
            Ok(false) => {}
            // It has none of this sort.
            Err(None) => return,
            Err(Some(failure)) => tracing::debug!(?failure, "an MCP server's stream of news ended"),
        }
        if inner.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(WAIT_MAX);
    }
}

/// Reads one stream to its end; whether anything came. No error where the server has no such stream.
async fn once(weak: &Weak<Inner>, wanted: &Map<String, Value>) -> Result<bool, Option<Failure>> {
    let Some(inner) = weak.upgrade() else { return Err(None) };
    let streamed = match inner.known_era() {
        Some(Era::Stateless) => {
            let params = Map::from_iter([("notifications".to_owned(), Value::from(wanted.clone()))]);
            let ask = stateless(&Ask::look("subscriptions/listen", params));
            let message = request(ID, ask.method, &ask.params);
            inner.post(Who::House, &message, headers::modern(ask.method, &ask), false).await
        }
        Some(Era::Sessions) => {
            let mut headers = inner.session_headers().await.map_err(Some)?;
            headers.remove(CONTENT_TYPE);
            let request = inner.as_house(inner.request(Method::GET, headers)).await;
            match request {
                Ok(request) => inner.client.send_streaming(request).await,
                Err(error) => Err(error),
            }
        }
        None => return Err(None),
    };
    let mut events = match streamed.map_err(|error| Some(error.into()))? {
        Streamed::Events(events) => events,
        // Method not allowed, not implemented: it has none (2025-11-25, basic/transports).
        Streamed::Whole(response) if matches!(response.status.as_u16(), 405 | 501) => return Err(None),
        Streamed::Whole(response) if response.status.is_client_error() => {
            // Perhaps it does not know the session any more: the next try begins one.
            inner.forget_house_session().await;
            return Ok(false);
        }
        Streamed::Whole(response) => return response.error().map_or(Ok(false), |error| Err(Some(error.into()))),
    };
    events.give_turn_back();
    events.set_silence_max(SILENCE_MAX);
    let (happened, hearing) = (inner.happened.clone(), Hearing::new(None, ID));
    // The stream must not keep alive what it is for.
    drop(inner);
    let mut heard = false;
    loop {
        let next = tokio::select! {
            next = events.next() => next.map_err(|error| Some(error.into()))?,
            () = gone(weak) => return Err(None),
        };
        let Some(event) = next else { return Ok(heard) };
        heard = true;
        if let Some(Message::Told { method, params }) = Message::read(event.data.as_bytes())
            && let Some(happening) = hearing.take(&method, &params)
        {
            let _ = happened.send(happening);
        }
    }
}

/// Waits until nobody has the link any more.
async fn gone(weak: &Weak<Inner>) {
    while weak.strong_count() > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
