use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};

use crate::app::Shared;
use crate::error::Failure;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`: for Prometheus and whoever reads its format.
pub(super) async fn text(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Response, Failure> {
    let text = shared.meters.text().ok_or_else(Failure::internal)?;
    let open = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let kind =
        if open.into_iter().any(|accept| accept.contains("openmetrics-text")) { OPEN_METRICS } else { PROMETHEUS };
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}
