use std::net::Ipv4Addr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Passes everything on and adds a bearer token, for a client that has no way to send one.
pub(crate) struct TokenProxy {
    /// Where it listens.
    pub(crate) url: String,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Upstream {
    url: String,
    token: String,
    http: reqwest::Client,
}

impl TokenProxy {
    pub(crate) async fn start(upstream: &str, token: &str) -> Self {
        let state = Upstream { url: upstream.to_owned(), token: token.to_owned(), http: super::http() };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let url = format!("http://localhost:{}", listener.local_addr().expect("a bound port has an address").port());
        let router = Router::new().fallback(pass).with_state(state);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("the proxy runs") });
        Self { url, task }
    }
}

impl Drop for TokenProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// `Host` and `Origin` go through as they came: the server's own checks of both are among what is tested.
async fn pass(State(upstream): State<Upstream>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut onward = upstream.http.request(parts.method, format!("{}{path}", upstream.url));
    for (name, value) in parts.headers.iter().filter(|(name, _)| *name != "content-length" && *name != "connection") {
        onward = onward.header(name, value);
    }
    let body = to_bytes(body, BODY_BYTES_MAX).await.expect("a request has a body");
    let answer = onward.bearer_auth(&upstream.token).body(body).send().await.expect("the server answers");
    let answer: axum::http::Response<reqwest::Body> = answer.into();
    let (mut parts, body) = answer.into_parts();
    for name in ["transfer-encoding", "connection"] {
        parts.headers.remove(name);
    }
    Response::from_parts(parts, Body::new(body))
}
