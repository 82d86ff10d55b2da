use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::{App, Shared};
use crate::routes::{self, Access};
use crate::{auth, cors, error, limits, metrics, request_id};

/// Every endpoint, for a server that listens on `local`.
pub fn router(app: App, local: SocketAddr) -> Router {
    build(Shared::new(app, local, CancellationToken::new()))
}

/// From the outside in: the request gets its name, an origin its leave, then it is counted, guarded, timed, and where
/// the route asks for it tied to a user.
pub(crate) fn build(shared: Arc<Shared>) -> Router {
    let user = from_fn_with_state(shared.clone(), auth::require_user);
    let mut router = Router::new();
    for route in routes::table(&shared.config) {
        router = router.route(
            route.path,
            match route.access {
                Access::Public => route.handlers,
                Access::User => route.handlers.layer(user.clone()),
            },
        );
    }
    router
        .fallback(error::no_such_path)
        .layer(from_fn_with_state(shared.clone(), limits::time))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(shared.clone(), metrics::count))
        .layer(cors::layer(&shared.site))
        .layer(from_fn(request_id::name))
        .with_state(shared)
}
