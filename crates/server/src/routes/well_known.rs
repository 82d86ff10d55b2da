use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Json};
use serde_json::{Value, json};

use crate::app::Shared;
use crate::error::{self, Failure};

/// `GET /.well-known/oauth-protected-resource`: for clients that do not insert the path.
pub(super) async fn root(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(document(&shared))
}

/// `GET /.well-known/oauth-protected-resource/mcp`: the form with the resource's path (RFC 9728 section 3.1).
pub(super) async fn inserted(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Failure> {
    match path {
        Ok(Path(path)) if path == "mcp" || path == shared.site.metadata_path => Ok(Json(document(&shared))),
        _ => Err(error::no_such_path().await),
    }
}

/// `GET /.well-known/jwks.json`: what an API checks the tokens with that this server signs about its users (RFC 7517
/// section 5). There is none where nothing is signed.
pub(super) async fn keys(State(shared): State<Arc<Shared>>) -> Result<impl IntoResponse, Failure> {
    match &shared.jwks {
        Some(jwks) => {
            let headers = [(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, "public, max-age=300")];
            Ok((headers, jwks.to_string()))
        }
        None => Err(error::no_such_path().await),
    }
}

/// RFC 9728 section 2. Scopes are those that configuration names, or else those that some rule names.
fn document(shared: &Shared) -> Value {
    let mut document = json!({
        "resource": shared.site.resource,
        "resource_name": "Bellhop",
        "bearer_methods_supported": ["header"],
    });
    // RFC 9728 section 3.2: what has no element is left out.
    if !shared.authorization_servers.is_empty() {
        document["authorization_servers"] = json!(shared.authorization_servers);
    }
    let named = &shared.config.scopes_supported;
    let scopes = if named.is_empty() { shared.gateway.policy().scopes() } else { named.iter().cloned().collect() };
    if !scopes.is_empty() {
        document["scopes_supported"] = json!(scopes);
    }
    document
}
