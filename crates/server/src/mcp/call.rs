use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use connector::Context;
use futures::FutureExt;
use gateway::{Given, Refused, Reply, Request, Toolbox};
use http::request::Parts;
use rmcp::model::{CallToolRequestParams, InputResponses};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::notes::{self, Wanted};
use super::service::NoStream;
use crate::request_id::{self, RequestId};

/// What the request is called: as the door named it, where the door is HTTP.
pub(super) fn named(parts: Option<&Parts>) -> Arc<str> {
    let named = parts.and_then(|parts| parts.extensions.get::<RequestId>());
    named.map_or_else(request_id::made, |RequestId(id)| id.clone())
}

/// Calls a tool.
pub(super) async fn call(
    toolbox: &Toolbox,
    request: CallToolRequestParams,
    request_id: &str,
    cx: &RequestContext<RoleServer>,
) -> Result<Result<Reply, Refused>, ErrorData> {
    let arguments = request.arguments.map_or(Value::Null, Value::Object);
    let given = given(request.input_responses, request.request_state);
    let name = &*request.name;
    attended(toolbox, request_id, cx, |context| async move {
        let request = Request { tool: name, arguments, context };
        match given {
            None => toolbox.call(request).await,
            Some(given) => toolbox.go_on(request, given).await,
        }
    })
    .await
}

/// What a client brings from the round before, if this is not the first.
pub(super) fn given(responses: Option<InputResponses>, state: Option<String>) -> Option<Given> {
    (responses.is_some() || state.is_some())
        .then(|| Given { responses: responses.unwrap_or_default().into_iter().collect(), state })
}

/// Does `work`, and tells the client meanwhile what it wants to hear. A client that goes away, or takes the request
/// back, drops the work.
pub(super) async fn attended<T, F: Future<Output = T>>(
    toolbox: &Toolbox,
    request_id: &str,
    cx: &RequestContext<RoleServer>,
    work: impl FnOnce(Context) -> F,
) -> Result<T, ErrorData> {
    let mut context = toolbox.context(request_id);
    let made_for_models = toolbox.offers().made_for_models;
    if made_for_models {
        context.client = capabilities(cx);
    }
    let cannot_stream = cx.extensions.get::<Parts>().is_some_and(|parts| parts.extensions.get::<NoStream>().is_some());
    let wanted = match cannot_stream {
        true => Wanted::default(),
        false => {
            Wanted { progress: cx.meta.get_progress_token(), lines: cx.meta.log_level().filter(|_| made_for_models) }
        }
    };
    let (context, notes) = wanted.listen(context);
    let ended = CancellationToken::new();
    let work = work(context);
    let work = async {
        let done = AssertUnwindSafe(work).catch_unwind().await;
        ended.cancel();
        done
    };
    let done = tokio::select! {
        () = cx.ct.cancelled() => return Err(ErrorData::internal_error("The request was cancelled.", None)),
        (done, ()) = async { tokio::join!(work, notes::forward(notes, &wanted, &cx.peer, &ended)) } => done,
    };
    done.map_err(|_| {
        tracing::error!(request_id, "a call panicked");
        ErrorData::internal_error("Something failed on the server.", None)
    })
}

/// What the client says that it can do.
fn capabilities(cx: &RequestContext<RoleServer>) -> serde_json::Map<String, Value> {
    match cx.client_capabilities().and_then(|can| serde_json::to_value(can).ok()) {
        Some(Value::Object(can)) => can,
        _ => serde_json::Map::new(),
    }
}
