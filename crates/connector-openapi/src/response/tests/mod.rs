mod empty;
mod kinds;
mod large;

use access::Effect;
use connector::{Context, Outcome};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use upstream::Response;

use super::outcome;
use crate::api::Operation;

fn operation() -> Operation {
    Operation {
        name: "get".into(),
        method: Method::GET,
        path: "/x".into(),
        summary: None,
        description: None,
        tags: Vec::new(),
        deprecated: false,
        effect: Effect::Read,
        servers: None,
        parameters: Vec::new(),
        body: None,
        output: None,
        security: Vec::new(),
    }
}

fn response(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Response {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    Response::new(StatusCode::from_u16(status).unwrap(), headers, body.to_vec())
}

fn told(response: Response) -> Outcome {
    outcome(&operation(), response, &Context::new("test", 1000)).unwrap()
}

/// The whole outcome as JSON, keys that do not apply left out.
fn seen(outcome: Outcome) -> Value {
    let mut seen = json!({});
    if let Some(data) = outcome.data {
        seen["data"] = serde_json::from_str(data.get()).unwrap();
    }
    if let Some(more) = outcome.has_more {
        seen["has_more"] = more.into();
    }
    if let Some(id) = outcome.id {
        seen["id"] = id;
    }
    if !outcome.notices.is_empty() {
        seen["notices"] = outcome.notices.into();
    }
    seen
}

/// What a body of this type is given as.
fn data(media_type: &str, body: &[u8]) -> Value {
    seen(told(response(200, &[("content-type", media_type)], body)))
}
