//! Counts for `/metrics`. No label ever holds a user, a path as it was sent, or a tool's name.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use gateway::{Door, Refused, Reply};
use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::app::Shared;
use crate::request_id::RequestId;

/// Upper bounds of the durations' buckets, in seconds.
const BUCKETS_S: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 120.0];

/// What is counted. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Meters {
    registry: Arc<Registry>,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    in_flight: Family<Route, Gauge>,
    tool_calls: Family<ToolCall, Counter>,
    connections: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ToolCall {
    door: &'static str,
    outcome: &'static str,
}

impl Meters {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("bellhop");
        let requests = Family::<Answered, Counter>::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations = Family::new_with_constructor((|| Histogram::new(BUCKETS_S)) as fn() -> Histogram);
        registry.register(
            "http_request_duration_seconds",
            "From a request to the head of its answer",
            durations.clone(),
        );
        let in_flight = Family::<Route, Gauge>::default();
        registry.register("http_requests_in_flight", "Requests under way", in_flight.clone());
        let tool_calls = Family::<ToolCall, Counter>::default();
        registry.register("tool_calls", "Tool calls ended", tool_calls.clone());
        let connections = Gauge::default();
        registry.register("connections_open", "Connections open", connections.clone());
        Self { registry: Arc::new(registry), requests, durations, in_flight, tool_calls, connections }
    }

    /// A connection; it counts until what this gives is dropped.
    pub(crate) fn connection(&self) -> impl Drop + Send + use<> {
        self.connections.inc();
        Leaving(self.connections.clone())
    }

    /// One call of a tool, however it ended.
    pub(crate) fn tool_call(&self, door: Door, ended: Result<&Reply, &Refused>) {
        let outcome = match ended {
            Ok(reply) if reply.success => "ok",
            Ok(reply) => reply.code.unwrap_or("internal"),
            Err(refused) => refused.code(),
        };
        self.count(door, outcome);
    }

    /// One call that the agent made; it tells only whether it was done.
    pub(crate) fn agents_call(&self, success: bool) {
        self.count(Door::Chat, if success { "ok" } else { "failed" });
    }

    fn count(&self, door: Door, outcome: &'static str) {
        self.tool_calls.get_or_create(&ToolCall { door: door.as_str(), outcome }).inc();
    }

    /// Everything, as OpenMetrics text, which is also Prometheus text.
    pub(crate) fn text(&self) -> Option<String> {
        let mut text = String::new();
        encode(&mut text, &self.registry).ok().map(|()| text)
    }
}

struct Leaving(Gauge);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts every request by its route, never by its path.
pub(crate) async fn count(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let meters = &shared.meters;
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = word(request.method());
    let request_id = request.extensions().get::<RequestId>().cloned();
    let started = Instant::now();
    let label = Route { route };
    let in_flight = meters.in_flight.get_or_create_owned(&label);
    in_flight.inc();
    let _leaving = Leaving(in_flight);
    let response = next.run(request).await;
    let duration_s = started.elapsed().as_secs_f64();
    meters.durations.get_or_create(&label).observe(duration_s);
    let (status, request_id) = (response.status().as_u16(), request_id.as_ref().map(|id| &*id.0));
    tracing::debug!(request_id, method, route = label.route, status, duration_s, "answered");
    let answered = Answered { route: label.route, method, status };
    meters.requests.get_or_create(&answered).inc();
    response
}

/// A client may make up methods; labels may not.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
