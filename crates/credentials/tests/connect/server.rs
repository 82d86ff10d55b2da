use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// An authorization server that gives each refresh token once, and ends a grant whose token comes a second time.
#[derive(Debug, Default)]
pub(crate) struct AuthorizationServer {
    pub(crate) url: String,
    pub(crate) lives_s: AtomicU64,
    pub(crate) refreshes: AtomicU64,
    pub(crate) revocations: AtomicU64,
    pub(crate) metadata_asked: AtomicU64,
    pub(crate) metadata_hangs: AtomicBool,
    /// How long a refresh takes, in milliseconds.
    pub(crate) takes_ms: AtomicU64,
    good: Mutex<BTreeSet<String>>,
}

impl AuthorizationServer {
    pub(crate) async fn start(lives_s: u64) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Arc::new(Self { url, lives_s: lives_s.into(), ..Self::default() });
        server.good.lock().await.insert("refresh-0".into());
        let router = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    /// Takes every refresh token back.
    pub(crate) async fn forget(&self) {
        self.good.lock().await.clear();
    }

    pub(crate) fn refreshed(&self) -> u64 {
        self.refreshes.load(Ordering::SeqCst)
    }
}

async fn metadata(State(server): State<Arc<AuthorizationServer>>) -> Json<Value> {
    server.metadata_asked.fetch_add(1, Ordering::SeqCst);
    if server.metadata_hangs.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
    let url = &server.url;
    Json(json!({
        "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
        "revocation_endpoint": format!("{url}/revoke"),
    }))
}

async fn token(State(server): State<Arc<AuthorizationServer>>, form: String) -> (StatusCode, Json<Value>) {
    tokio::time::sleep(Duration::from_millis(server.takes_ms.load(Ordering::SeqCst))).await;
    let sent = form.split('&').find_map(|pair| pair.strip_prefix("refresh_token=")).unwrap_or_default();
    let mut good = server.good.lock().await;
    if !good.remove(sent) {
        good.clear();
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"})));
    }
    let number = server.refreshes.fetch_add(1, Ordering::SeqCst) + 1;
    good.insert(format!("refresh-{number}"));
    let answer = json!({
        "access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"), "token_type": "Bearer",
        "expires_in": server.lives_s.load(Ordering::SeqCst),
    });
    (StatusCode::OK, Json(answer))
}

async fn revoke(State(server): State<Arc<AuthorizationServer>>) {
    server.revocations.fetch_add(1, Ordering::SeqCst);
}
