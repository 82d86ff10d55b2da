use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use gateway::{Refused, Reply, Request, Toolbox};
use http::request::Parts;
use rmcp::model::CallToolRequestParams;
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::progress;
use super::service::NoStream;
use crate::request_id::{self, RequestId};

/// What the request is called: as the door named it, where the door is HTTP.
pub(super) fn named(parts: Option<&Parts>) -> Arc<str> {
    let named = parts.and_then(|parts| parts.extensions.get::<RequestId>());
    named.map_or_else(request_id::made, |RequestId(id)| id.clone())
}

/// Calls a tool and tells the client how far it is, where it wants to know. A client that goes away, or takes the
/// request back, drops the call.
pub(super) async fn call(
    toolbox: &Toolbox,
    request: CallToolRequestParams,
    request_id: &str,
    cx: &RequestContext<RoleServer>,
) -> Result<Result<Reply, Refused>, ErrorData> {
    let cannot_stream = cx.extensions.get::<Parts>().is_some_and(|parts| parts.extensions.get::<NoStream>().is_some());
    let token = cx.meta.get_progress_token().filter(|_| !cannot_stream);
    let (listener, latest) = progress::channel();
    let ended = CancellationToken::new();
    let mut context = toolbox.context(request_id);
    if token.is_some() {
        context = context.with_progress(listener);
    }
    let arguments = request.arguments.map_or(Value::Null, Value::Object);
    let call = async {
        let call = toolbox.call(Request { tool: &request.name, arguments, context });
        let done = AssertUnwindSafe(call).catch_unwind().await;
        ended.cancel();
        done
    };
    let tell = async {
        if let Some(token) = token {
            progress::forward(latest, token, &cx.peer, &ended).await;
        }
    };
    let done = tokio::select! {
        () = cx.ct.cancelled() => return Err(ErrorData::internal_error("The request was cancelled.", None)),
        (done, ()) = async { tokio::join!(call, tell) } => done,
    };
    done.map_err(|_| {
        tracing::error!(request_id, tool = %request.name, "a tool call panicked");
        ErrorData::internal_error("Something failed on the server.", None)
    })
}
