use std::sync::Arc;

use access::Caller;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, Request, State};
use axum::response::{IntoResponse, Json, Response};
use gateway::{Door, Refused};
use serde_json::json;

use crate::app::Shared;
use crate::auth::Challenge;
use crate::error::{self, Failure};
use crate::limits::read_json;
use crate::request_id::RequestId;

/// `GET /api/tools`: the tools that this user may call, in the envelope.
pub(super) async fn list(State(shared): State<Arc<Shared>>, Extension(caller): Extension<Caller>) -> impl IntoResponse {
    let tools = shared.gateway.toolbox(caller, Door::Http).tools();
    Json(json!({"success": true, "data": tools, "count": tools.len()}))
}

/// `POST /api/tools/{name}`: calls one; the body is its arguments. The answer is the envelope, its status what the
/// envelope's code means.
pub(super) async fn call(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let Path(name) = name.map_err(|_| Failure::invalid("The tool's name is not text."))?;
    let arguments = read_json(request, shared.config.body_bytes_max).await?;
    let toolbox = shared.gateway.toolbox(caller, Door::Http);
    let context = toolbox.context(&*id);
    let ended = toolbox.call(gateway::Request { tool: &name, arguments, context }).await;
    shared.meters.tool_call(Door::Http, ended.as_ref());
    match ended {
        Ok(reply) => Ok(error::reply(&reply)),
        Err(refused) => Err(error::refused(&refused, || match &refused {
            Refused::InsufficientScope { scopes } => Challenge::insufficient_scope(&shared.site.metadata_url, scopes),
            _ => Challenge::new(&shared.site.metadata_url),
        })),
    }
}
