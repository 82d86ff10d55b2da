//! What one request may take: bytes and time.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use http::{HeaderMap, StatusCode};

use crate::app::Shared;
use crate::error::Failure;

/// How long a refused body is still read, so that its sender gets to read why.
const DRAIN: Duration = Duration::from_millis(500);

/// Ends a request that takes too long; its work is dropped, and with it cancelled.
pub(crate) async fn time(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Result<Response, Failure> {
    let most = Duration::from_millis(shared.config.request_timeout_ms);
    tokio::time::timeout(most, next.run(request)).await.map_err(|_| {
        let message = format!("This took longer than {} s and was stopped.", most.as_secs_f64());
        Failure::new(StatusCode::GATEWAY_TIMEOUT, "timeout", message).retryable(None)
    })
}

/// The whole body, or 413.
pub(crate) async fn read_body(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, Failure> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let mut stream = body.into_data_stream();
    let mut read = Vec::with_capacity(announced.map_or(0, |bytes| bytes.min(64 * 1024) as usize));
    let mut too_large = announced.is_some_and(|bytes| bytes > bytes_max as u64);
    while !too_large && let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Failure::invalid("The request's body ended too early."))?;
        too_large = chunk.len() > bytes_max - read.len();
        if !too_large {
            read.extend_from_slice(&chunk);
        }
    }
    if !too_large {
        return Ok(read.into());
    }
    drain(stream, bytes_max.saturating_mul(2)).await;
    let message = format!("The request's body is larger than {bytes_max} bytes. Send less.");
    Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message))
}

/// Reads what will be refused anyway, without keeping it: a sender who is cut off in the middle sees a broken
/// connection and not the answer. Whoever asks before sending is told at once.
pub(crate) async fn discard(headers: &HeaderMap, body: Body, bytes_max: usize) {
    if !headers.contains_key(EXPECT) {
        drain(body.into_data_stream(), bytes_max).await;
    }
}

async fn drain(mut stream: BodyDataStream, bytes_max: usize) {
    let rest = async {
        let mut bytes = 0;
        while bytes < bytes_max
            && let Some(Ok(chunk)) = stream.next().await
        {
            bytes += chunk.len();
        }
    };
    let _ = tokio::time::timeout(DRAIN, rest).await;
}

/// Whether the body is said to be JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// The body as JSON, or 415, 413 or 400. An empty body is null.
pub(crate) async fn read_json(request: Request, bytes_max: usize) -> Result<serde_json::Value, Failure> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body, bytes_max).await?;
    if bytes.is_empty() {
        return Ok(serde_json::Value::Null);
    }
    if !is_json(&parts.headers) {
        let message = "Send the body as JSON, with \"Content-Type: application/json\".";
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message));
    }
    serde_json::from_slice(&bytes).map_err(|error| Failure::invalid(format!("The body is not valid JSON: {error}.")))
}
