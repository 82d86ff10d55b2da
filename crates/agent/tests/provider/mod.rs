//! A server that speaks OpenAI's chat completions protocol from a script, on a free port.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

/// What the server does for one request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// This body.
    Body(Value),
    /// This status and text, with `Retry-After: 7`.
    Fail(u16, &'static str),
    /// Something that is not JSON.
    Garbage,
    /// Nothing, for as long as anybody waits.
    Hang,
}

#[derive(Clone, Default)]
pub(crate) struct Provider {
    inner: Arc<Inner>,
    pub(crate) url: String,
}

#[derive(Default)]
struct Inner {
    script: Mutex<VecDeque<Step>>,
    seen: Mutex<Vec<(HeaderMap, Value)>>,
    gone: AtomicBool,
}

impl Provider {
    /// The last step of the script is repeated for ever.
    pub(crate) async fn start(script: impl IntoIterator<Item = Step>) -> Self {
        let inner = Arc::new(Inner { script: Mutex::new(script.into_iter().collect()), ..Inner::default() });
        let app = Router::new().route("/v1/chat/completions", post(answer)).with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { inner, url }
    }

    /// An address where nobody is.
    pub(crate) fn nowhere() -> Self {
        Self { url: "http://127.0.0.1:1/v1".into(), ..Self::default() }
    }

    /// The bodies of all requests so far.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.inner.seen.lock().expect("no panic").iter().map(|(_, body)| body.clone()).collect()
    }

    /// A header of the first request.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let seen = self.inner.seen.lock().expect("no panic");
        seen.first()?.0.get(name).map(|value| value.to_str().expect("text").to_owned())
    }

    /// Whether the client went away while the server was still busy.
    pub(crate) fn client_went_away(&self) -> bool {
        self.inner.gone.load(Ordering::SeqCst)
    }
}

struct Busy(Arc<Inner>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.gone.store(true, Ordering::SeqCst);
    }
}

async fn answer(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: String) -> Response {
    let body = serde_json::from_str(&body).expect("requests are JSON");
    inner.seen.lock().expect("no panic").push((headers, body));
    let step = {
        let mut script = inner.script.lock().expect("no panic");
        if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
    };
    match step.expect("a script has a step") {
        Step::Body(body) => axum::Json(body).into_response(),
        Step::Fail(status, text) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [("retry-after", "7")], text).into_response()
        }
        Step::Garbage => ([("content-type", "text/html")], "<html>").into_response(),
        Step::Hang => {
            let _busy = Busy(inner.clone());
            std::future::pending().await
        }
    }
}

/// An answer in words.
pub(crate) fn says(text: &str) -> Step {
    body(json!({"role": "assistant", "content": text}), "stop")
}

/// Tool calls: name and arguments, which need not be JSON.
pub(crate) fn calls(calls: &[(&str, &str)]) -> Step {
    let calls: Vec<_> = calls
        .iter()
        .enumerate()
        .map(|(at, (name, arguments))| {
            json!({"id": format!("call_{at}"), "type": "function", "function": {"name": name, "arguments": arguments}})
        })
        .collect();
    body(json!({"role": "assistant", "content": null, "tool_calls": calls}), "tool_calls")
}

pub(crate) fn body(message: Value, finish_reason: &str) -> Step {
    Step::Body(json!({
        "id": "c", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    }))
}
