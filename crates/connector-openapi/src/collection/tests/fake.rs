use std::sync::Mutex;

use connector::Result;
use http::{HeaderMap, HeaderName, StatusCode};
use serde_json::{Map, Value, json};
use upstream::Response;

use crate::collection::{Call, Calls};

/// What was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    pub(super) method: String,
    pub(super) input: Map<String, Value>,
    pub(super) headers: HeaderMap,
}

impl Sent {
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        let value = self.input.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok()).and_then(|it| usize::try_from(it).ok())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body }
    }

    pub(super) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// An API that a function plays.
pub(super) struct Fake {
    play: Box<dyn Fn(&Sent) -> Answer + Send + Sync>,
    pub(super) sent: Mutex<Vec<Sent>>,
}

impl Fake {
    pub(super) fn new(play: impl Fn(&Sent) -> Answer + Send + Sync + 'static) -> Self {
        Self { play: Box::new(play), sent: Mutex::default() }
    }

    pub(super) fn calls(&self) -> usize {
        self.sent.lock().unwrap().len()
    }
}

#[async_trait::async_trait]
impl Calls for Fake {
    async fn send(&self, call: Call<'_>) -> Result<Response> {
        let mut input = call.input;
        for (name, value) in call.query {
            input.entry(name).or_insert(value.into());
        }
        let method = call.operation.method.to_string();
        let sent = Sent { method, input, headers: call.headers };
        let answer = (self.play)(&sent);
        self.sent.lock().unwrap().push(sent);
        let mut headers = HeaderMap::new();
        for (name, value) in answer.headers {
            headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        let body = if answer.body.is_null() { Vec::new() } else { answer.body.to_string().into_bytes() };
        Ok(Response::new(StatusCode::from_u16(answer.status).unwrap(), headers, body))
    }
}

/// Things 1 to `count`.
pub(super) fn things(count: u64) -> Vec<Value> {
    (1..=count).map(|id| json!({"id": id, "name": format!("thing {id}"), "done": id % 2 == 0})).collect()
}

/// Some of them.
pub(super) fn part(all: &[Value], from: usize, count: usize) -> Vec<Value> {
    all.iter().skip(from).take(count).cloned().collect()
}
