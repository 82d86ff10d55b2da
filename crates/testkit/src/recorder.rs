use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One request, as it arrived.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its method.
    pub method: String,
    /// Path and query, as they were written.
    pub target: String,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Recorded {
    /// Every value of a header.
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{:?} is not JSON: {error}", self.body))
    }

    /// Everything that arrived, as one text.
    pub fn text(&self) -> String {
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!("{} {}\n{headers}\n{}", self.method, self.target, self.body)
    }
}

/// An HTTP server on a free port of the loopback interface that keeps every request.
pub struct Recorder {
    url: String,
    requests: Arc<Mutex<Vec<Recorded>>>,
    task: JoinHandle<()>,
}

impl Recorder {
    /// Answers with the request itself.
    pub async fn start() -> Self {
        Self::answering(|it| (200, json!({"target": it.target, "headers": it.headers, "body": it.body}))).await
    }

    /// Answers what `answer` makes of each request: a status and JSON.
    pub async fn answering(answer: impl Fn(&Recorded) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&requests), Arc::new(answer));
        let router = Router::new().fallback(move |request: Request<Body>| {
            let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
            async move {
                let recorded = recorded(request).await;
                kept.lock().expect("no test panicked here").push(recorded.clone());
                let (status, body) = answer(&recorded);
                let response = Response::builder().status(status).header("content-type", "application/json");
                response.body(Body::from(body.to_string())).expect("the answer is sound")
            }
        });
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("the server runs") });
        Self { url, requests, task }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What has arrived until now.
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().expect("no test panicked here").clone()
    }

    /// The one request that has arrived; none is kept any more.
    pub fn only(&self) -> Recorded {
        let mut all = std::mem::take(&mut *self.requests.lock().expect("no test panicked here"));
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn recorded(request: Request<Body>) -> Recorded {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 16 * 1024 * 1024).await.expect("the body arrives");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Recorded {
        method: head.method.to_string(),
        target: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body: text(&body),
    }
}
