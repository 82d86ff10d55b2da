use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::response::{IntoResponse, Json, Response};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;

use crate::app::Shared;
use crate::error::Failure;

/// How long one look at the resources serves everyone who asks.
const LOOK_LASTS: Duration = Duration::from_secs(1);

/// `GET /healthz`: the process lives.
pub(super) async fn alive() -> impl IntoResponse {
    Json(json!({"status": "ok"}))
}

/// `GET /readyz`: whether tokens could be verified and each resource answers. 200 or 503.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Result<Response, Failure> {
    let mut seen = shared.readiness.look(&shared);
    let report =
        seen.wait_for(Option::is_some).await.map_err(|_| Failure::internal())?.clone().ok_or_else(Failure::internal)?;
    let status = if report.status == Sign::Up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, Json(&*report)).into_response())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Sign {
    Up,
    Down,
}

/// What is there and what is not; never why, which is the log's.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    status: Sign,
    tokens: Sign,
    resources: BTreeMap<String, Sign>,
}

type Seen = watch::Receiver<Option<Arc<Report>>>;

/// The latest look at the resources. Whoever asks shares it, so that nobody can make the server ask them more than
/// once in a second.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    latest: Mutex<Option<(Instant, Seen)>>,
}

impl Readiness {
    fn look(&self, shared: &Arc<Shared>) -> Seen {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, seen)) = &*latest {
            let under_way = seen.borrow().is_none() && seen.has_changed().is_ok();
            if under_way || at.elapsed() < LOOK_LASTS {
                return seen.clone();
            }
        }
        let (tell, seen) = watch::channel(None);
        *latest = Some((Instant::now(), seen.clone()));
        let shared = shared.clone();
        tokio::spawn(async move { tell.send_replace(Some(Arc::new(report(&shared).await))) });
        seen
    }
}

async fn report(shared: &Shared) -> Report {
    let most = Duration::from_millis(shared.config.readiness_timeout_ms);
    let tokens = async {
        match tokio::time::timeout(most, shared.verifier.ready()).await {
            Ok(Ok(())) => Sign::Up,
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready");
                Sign::Down
            }
            Err(_) => Sign::Down,
        }
    };
    let (tokens, resources) = tokio::join!(tokens, resources(shared, most));
    let all_up = tokens == Sign::Up && resources.values().all(|state| *state == Sign::Up);
    Report { status: if all_up { Sign::Up } else { Sign::Down }, tokens, resources }
}

async fn resources(shared: &Shared, most: Duration) -> BTreeMap<String, Sign> {
    let state = |health: gateway::Health| match health.result {
        Ok(()) => (health.resource, Sign::Up),
        Err(error) => {
            tracing::warn!(resource = health.resource, ?error, "a resource is down");
            (health.resource, Sign::Down)
        }
    };
    shared.gateway.health(most).await.into_iter().map(state).collect()
}
