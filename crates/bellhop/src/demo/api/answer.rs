use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use super::accounts::{Accounts, NewPlace};

const DOCUMENT: &str = include_str!("openapi.json");
/// Bytes of a request's body.
const BODY_BYTES_MAX: usize = 16 * 1024;

type Answer = Response<Full<Bytes>>;

/// One request, answered for the account whose key it carries.
pub(super) async fn answer(accounts: &Accounts, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    if (&parts.method, path.as_str()) == (&Method::GET, "/openapi.json") {
        return with_body(StatusCode::OK, DOCUMENT.into());
    }
    let key = parts.headers.get("x-api-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    if accounts.open(key).is_none() {
        return failed(StatusCode::UNAUTHORIZED, "X-Api-Key opens no account.");
    }
    // Read before the account is opened again: nobody waits for somebody's slow body.
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return failed(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long.");
    };
    let Some(mut places) = accounts.open(key) else {
        return failed(StatusCode::UNAUTHORIZED, "X-Api-Key opens no account.");
    };
    let steps: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (parts.method, steps.as_slice()) {
        (Method::GET, ["weather"]) => {
            let city = parts.uri.query().and_then(city).unwrap_or_default();
            found(places.weather(&city).as_ref(), "There is no weather for this city.")
        }
        (Method::GET, ["places"]) => json(StatusCode::OK, &places.all()),
        (Method::POST, ["places"]) => match serde_json::from_slice::<NewPlace>(&body.to_bytes()) {
            Ok(told) => match places.add(told) {
                Some(place) => json(StatusCode::CREATED, place),
                None => failed(StatusCode::UNPROCESSABLE_ENTITY, "There is no room for this place."),
            },
            Err(_) => failed(StatusCode::BAD_REQUEST, "A place has a city and may have a note."),
        },
        (Method::GET, ["places", id]) => {
            found(id.parse().ok().and_then(|id| places.get(id)), "There is no such place.")
        }
        (Method::DELETE, ["places", id]) => match id.parse().is_ok_and(|id| places.remove(id)) {
            true => with_body(StatusCode::NO_CONTENT, Bytes::new()),
            false => failed(StatusCode::NOT_FOUND, "There is no such place."),
        },
        _ => failed(StatusCode::NOT_FOUND, "There is nothing here."),
    }
}

/// The parameter `city`, percent-decoded.
fn city(query: &str) -> Option<String> {
    let text = query.split('&').find_map(|pair| pair.strip_prefix("city="))?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn found<T: Serialize>(one: Option<&T>, missing: &str) -> Answer {
    match one {
        Some(one) => json(StatusCode::OK, one),
        None => failed(StatusCode::NOT_FOUND, missing),
    }
}

fn failed(status: StatusCode, sentence: &str) -> Answer {
    json(status, &json!({"error": sentence}))
}

fn json<T: Serialize>(status: StatusCode, data: &T) -> Answer {
    with_body(status, serde_json::to_vec(data).unwrap_or_default().into())
}

fn with_body(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
