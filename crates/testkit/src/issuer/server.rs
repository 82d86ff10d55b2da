use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What a path answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// 200 and this document.
    Json(Value),
    /// 200 and this text.
    Text(String),
    /// 200 and this document, after a while.
    Late(Duration, Value),
    /// This status and nothing else.
    Status(u16),
    /// This status and this document.
    StatusWith(u16, Value),
    /// 302 to this address.
    Redirect(String),
}

#[derive(Default)]
struct Paths {
    answers: BTreeMap<String, Answer>,
    requests: BTreeMap<String, usize>,
    received: BTreeMap<String, Received>,
}

/// The last request for a path.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The body, where it is text.
    pub body: String,
}

pub(super) struct Server {
    address: SocketAddr,
    paths: Arc<Mutex<Paths>>,
    task: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let mut server = Self { address: (Ipv4Addr::LOCALHOST, 0).into(), paths: Arc::default(), task: None };
        server.open().await;
        server
    }

    pub(super) async fn open(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the port is free");
        self.address = listener.local_addr().expect("a bound port has an address");
        let paths = Arc::clone(&self.paths);
        let router = Router::new()
            .fallback(move |uri: Uri, headers: HeaderMap, body: String| answer(Arc::clone(&paths), uri, headers, body));
        self.task = Some(tokio::spawn(async move { axum::serve(listener, router).await.expect("the server runs") }));
    }

    pub(super) async fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            // The port is closed when the task is gone.
            let _ = task.await;
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn serve(&self, path: &str, answer: Answer) {
        self.paths.lock().expect("no test panicked here").answers.insert(path.to_owned(), answer);
    }

    pub(super) fn received(&self, path: &str) -> Received {
        self.paths.lock().expect("no test panicked here").received.get(path).cloned().unwrap_or_default()
    }

    pub(super) fn requests(&self, path: &str) -> usize {
        self.paths.lock().expect("no test panicked here").requests.get(path).copied().unwrap_or(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn answer(paths: Arc<Mutex<Paths>>, uri: Uri, headers: HeaderMap, body: String) -> Response<Body> {
    let answer = {
        let mut paths = paths.lock().expect("no test panicked here");
        let authorization = headers.get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
        paths.received.insert(uri.path().to_owned(), Received { authorization, body });
        *paths.requests.entry(uri.path().to_owned()).or_default() += 1;
        paths.answers.get(uri.path()).cloned().unwrap_or(Answer::Status(404))
    };
    // A connection that stays open would outlive `stop`.
    let response = Response::builder().header("connection", "close");
    let response = match answer {
        Answer::Json(document) => response.body(document.to_string().into()),
        Answer::Text(text) => response.body(text.into()),
        Answer::Late(after, document) => {
            tokio::time::sleep(after).await;
            response.body(document.to_string().into())
        }
        Answer::Status(status) => response.status(status).body(Body::empty()),
        Answer::StatusWith(status, document) => response.status(status).body(document.to_string().into()),
        Answer::Redirect(to) => response.status(302).header("location", to).body(Body::empty()),
    };
    response.expect("the answer is sound")
}
