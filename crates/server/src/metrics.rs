//! Counts for `/metrics`. No label ever holds a user, a path as it was sent, or a tool's name.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use gateway::Door;
use http::Method;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::app::Shared;

/// Upper bounds of the durations' buckets, in seconds.
const BUCKETS_S: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 120.0];

/// What is counted. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Meters {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGaugeVec,
    tool_calls: IntCounterVec,
    connections: IntGauge,
}

impl Meters {
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let inner = Inner {
            requests: counter("bellhop_http_requests_total", "Requests answered.", &["route", "method", "status"]),
            durations: durations(),
            in_flight: gauge("bellhop_http_requests_in_flight", "Requests under way.", &["route"]),
            tool_calls: counter("bellhop_tool_calls_total", "Tool calls ended.", &["door", "outcome"]),
            connections: plain_gauge("bellhop_connections_open", "Connections open."),
            registry,
        };
        let all: [Box<dyn prometheus::core::Collector>; 5] = [
            Box::new(inner.requests.clone()),
            Box::new(inner.durations.clone()),
            Box::new(inner.in_flight.clone()),
            Box::new(inner.tool_calls.clone()),
            Box::new(inner.connections.clone()),
        ];
        for collector in all {
            if let Err(error) = inner.registry.register(collector) {
                tracing::error!(%error, "a metric cannot be registered");
            }
        }
        Self { inner: Arc::new(inner) }
    }
}
