use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use access::Caller;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use gateway::{Door, Gateway};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use rmcp::model::RequestId;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;

use super::Handler;
use super::errors::Unfit;
use super::headers;
use super::message;
use crate::Config;
use crate::app::Shared;
use crate::auth::Challenge;
use crate::error::Failure;
use crate::limits::{is_json, read_body};
use crate::metrics::Meters;
use crate::site::Site;

/// Longest plain text of the transport that is repeated in an answer, in bytes.
const PLAIN_BYTES_MAX: usize = 1024;

/// The endpoint.
#[derive(Clone)]
pub(crate) struct Mcp {
    service: StreamableHttpService<Handler, NeverSessionManager>,
}

/// Where a handler leaves the scopes that a call needs, for the answer's header: a JSON-RPC answer has no place for it.
#[derive(Clone, Debug, Default)]
pub(super) struct ScopesNeeded(pub(super) Arc<OnceLock<BTreeSet<String>>>);

/// The client cannot read a stream, so it gets no progress.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoStream;

impl Mcp {
    pub(crate) fn new(gateway: Gateway, site: &Site, config: &Config, meters: Meters, stop: CancellationToken) -> Self {
        let loopback = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"].map(str::to_owned);
        let origins = site.origins.iter().map(|origin| origin.with_port());
        let settings = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_allowed_hosts(site.hosts.clone())
            .with_allowed_origins(loopback.into_iter().chain(origins))
            .enforce_origin_validation()
            .with_max_request_body_bytes(config.body_bytes_max)
            .with_cancellation_token(stop);
        let handler = Handler::of_many(gateway, meters);
        let made = move || Ok(handler.clone());
        Self { service: StreamableHttpService::new(made, Arc::new(NeverSessionManager::default()), settings) }
    }
}

/// `POST /mcp`: one message in, one message out, or a stream where progress comes before the answer.
pub(crate) async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        let why = "Send one JSON-RPC message, with \"Content-Type: application/json\".".to_owned();
        return Ok(Unfit::transport(StatusCode::UNSUPPORTED_MEDIA_TYPE, None, why).into_response());
    }
    let body = read_body(&parts.headers, body, shared.config.body_bytes_max).await?;
    let id = match message::check(&parts.headers, &body) {
        Ok(id) => id,
        Err(unfit) => return Ok(unfit.into_response()),
    };
    let Some(reads) = Reads::of(&parts.headers) else {
        let why = "The answer is application/json or text/event-stream, and Accept names neither.".to_owned();
        return Ok(Unfit::transport(StatusCode::NOT_ACCEPTABLE, id, why).into_response());
    };
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    if !reads.stream && parts.headers.get("mcp-method").is_some_and(|method| method == "subscriptions/listen") {
        let why = "This is answered with text/event-stream, which Accept does not name.".to_owned();
        return Ok(Unfit::transport(StatusCode::NOT_ACCEPTABLE, id, why).into_response());
    }
    if !reads.stream {
        parts.extensions.insert(NoStream);
    }
    let scopes = ScopesNeeded::default();
    parts.extensions.insert(scopes.clone());
    let whose = parts.extensions.get::<Caller>().filter(|_| shared.gateway.offers().made_for_models).cloned();
    let work = shared.mcp.service.handle(Request::from_parts(parts, Body::from(body)));
    let answered = match whose {
        Some(caller) => headers::checked(shared.gateway.toolbox(caller, Door::Mcp), work).await,
        None => work.await,
    };
    let mut response = answered.map(Body::new);
    if let Some(scopes) = scopes.0.get() {
        let challenge = Challenge::insufficient_scope(&shared.site.metadata_url, scopes);
        *response.status_mut() = StatusCode::FORBIDDEN;
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge.header());
    }
    Ok(in_json(response, id).await)
}

/// What the client can read. Many that speak plain HTTP send `*/*`, only JSON, or nothing; all of them can be served.
struct Reads {
    stream: bool,
}

impl Reads {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut named = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
        if named.peek().is_none() {
            return Some(Self { stream: false });
        }
        let (mut json, mut stream) = (false, false);
        for range in named.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
            if parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000")) {
                continue;
            }
            json |= matches!(&*essence, "*/*" | "application/*" | "application/json");
            stream |= essence == "text/event-stream";
        }
        (json || stream).then_some(Self { stream })
    }
}

/// A refusal in plain text, as the JSON-RPC error that clients can read.
async fn in_json(response: Response, id: Option<RequestId>) -> Response {
    let plain = response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if !plain || !refused {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = axum::body::to_bytes(body, PLAIN_BYTES_MAX).await.unwrap_or_default();
    let (status, why) = match parts.status {
        // The transport's word for a message that it cannot read: the media type was checked before.
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (StatusCode::BAD_REQUEST, "The body is not a message that MCP has.".to_owned())
        }
        StatusCode::INTERNAL_SERVER_ERROR => (parts.status, "Something failed on the server.".to_owned()),
        StatusCode::FORBIDDEN => (parts.status, forbidden(&String::from_utf8_lossy(&text))),
        status => (status, String::from_utf8_lossy(&text).into_owned()),
    };
    let unfit = Unfit::transport(status, id, why).into_response();
    parts.status = status;
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::from_parts(parts, unfit.into_body())
}

/// What to do about an address or a page that is not let in.
fn forbidden(text: &str) -> String {
    let setting =
        if text.contains("Host") { "server.public_url or server.allowed_hosts" } else { "server.cors_origins" };
    format!("{text}. The operator lets it in by {setting}.")
}
