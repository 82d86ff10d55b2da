use std::sync::Arc;

use aws_lc_rs::rand;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{HeaderName, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue};

use crate::error::Failure;

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id taken from a client.
const BYTES_MAX: usize = 64;

/// What this request is called in answers, the log and the audit.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

/// Names the request, answers the name, and turns a [`Failure`] into the envelope that holds it.
pub(crate) async fn name(mut request: Request, next: Next) -> Response {
    let id: Arc<str> = given(request.headers()).map_or_else(made, Arc::from);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        failure.render(&mut response, &id);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The client's own id, where it can do no harm in a log.
fn given(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (plain && (1..=BYTES_MAX).contains(&id.len())).then_some(id)
}

/// A new one.
pub(crate) fn made() -> Arc<str> {
    let mut bytes = [0; 15];
    if rand::fill(&mut bytes).is_err() {
        tracing::error!("no random numbers can be had from the operating system");
    }
    URL_SAFE_NO_PAD.encode(bytes).into()
}
