//! An answer without a body: 201, 202, 204, and whatever answers HEAD.

use connector::{Outcome, Result};
use http::{HeaderMap, Method, header};
use serde_json::{Map, Value};

use crate::api::Operation;

/// What the headers say: where the new thing is, which version it is.
pub(super) fn outcome(operation: &Operation, headers: &HeaderMap) -> Result<Outcome> {
    let location = super::text(headers, header::LOCATION).as_deref().and_then(path);
    let id = location.as_deref().and_then(last).map(Value::String);
    let mut shown = vec![("etag", super::text(headers, header::ETAG))];
    if operation.method == Method::HEAD {
        shown.push(("type", super::text(headers, header::CONTENT_TYPE)));
        shown.push(("length", super::text(headers, header::CONTENT_LENGTH)));
        shown.push(("modified", super::text(headers, header::LAST_MODIFIED)));
    }
    shown.push(("location", location));
    let shown = shown.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))));
    let shown: Map<String, Value> = shown.collect();
    let outcome = if shown.is_empty() { Outcome::default() } else { Outcome::of(&shown)? };
    Ok(Outcome { id, ..outcome })
}

/// Without scheme and host: those are the upstream's own business.
fn path(location: &str) -> Option<String> {
    let path = match location.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..))?,
        None => location,
    };
    (!path.is_empty()).then(|| path.to_owned())
}

/// The last piece of the path: what the new thing is called.
fn last(path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next()?;
    let last = path.trim_end_matches('/').rsplit('/').next().filter(|last| !last.is_empty())?;
    Some(decoded(last))
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let hex =
            text.get(at + 1..at + 3).filter(|hex| byte == b'%' && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(plain) => {
                out.push(plain);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}
