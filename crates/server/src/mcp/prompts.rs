//! Prompts, documents and completions: the toolbox's answers in MCP's words.

use std::borrow::Cow;

use connector::Completed;
use gateway::{Completion, DocumentPage, Heard, Missed, Recital, Refused, Reply, Toolbox};
use http::request::Parts;
use rmcp::model::{
    CacheScope, CompleteRequestParams, CompleteResult, CompletionInfo, GetPromptRequestParams, GetPromptResponse,
    GetPromptResult, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Reference, ResultType,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Map, Value, json};

use super::call::{attended, given};
use super::service::ScopesNeeded;
use super::{convert, rounds};

type Cx = RequestContext<RoleServer>;

/// Fills in a prompt.
pub(super) async fn prompt(
    toolbox: &Toolbox,
    request: GetPromptRequestParams,
    request_id: &str,
    cx: &Cx,
) -> Result<GetPromptResponse, ErrorData> {
    let given = given(request.input_responses, request.request_state);
    let (name, arguments) = (request.name, request.arguments.unwrap_or_default());
    let heard =
        attended(toolbox, request_id, cx, |context| toolbox.prompt(Recital { name: &name, arguments, given, context }));
    match heard.await?.map_err(|missed| failed(missed, None, cx))? {
        Heard::Asked(asked) => Ok(rounds::asked(&asked, cx).ok_or_else(too_old)??.into()),
        Heard::Data(data) => {
            let mut result = serde_json::from_value::<GetPromptResult>(data).map_err(strange)?;
            result.result_type = Some(ResultType::COMPLETE);
            Ok(result.into())
        }
    }
}

/// Reads a document.
pub(super) async fn read(
    toolbox: &Toolbox,
    request: ReadResourceRequestParams,
    request_id: &str,
    cx: &Cx,
) -> Result<ReadResourceResponse, ErrorData> {
    let given = given(request.input_responses, request.request_state);
    let uri = request.uri;
    let heard = attended(toolbox, request_id, cx, |context| async {
        let context = context;
        toolbox.read(&uri, given, &context).await
    });
    match heard.await?.map_err(|missed| failed(missed, Some(&uri), cx))? {
        Heard::Asked(asked) => Ok(rounds::asked(&asked, cx).ok_or_else(too_old)??.into()),
        Heard::Data(Value::Array(contents)) if !contents.is_empty() => {
            let contents = convert::list(contents);
            Ok(ReadResourceResult::new(contents).with_ttl_ms(0).with_cache_scope(CacheScope::Private).into())
        }
        // There is no document with nothing in it, not even an empty text.
        Heard::Data(_) => Err(no_document(&uri)),
    }
}

/// A page of documents.
pub(super) async fn list(
    toolbox: &Toolbox,
    cursor: Option<String>,
    request_id: &str,
    cx: &Cx,
) -> Result<DocumentPage, ErrorData> {
    let page = attended(toolbox, request_id, cx, |context| async {
        let context = context;
        toolbox.documents(cursor.as_deref(), &context).await
    });
    page.await?.map_err(|missed| failed(missed, None, cx))
}

/// How an argument could go on. A resource that cannot say offers nothing.
pub(super) async fn complete(
    toolbox: &Toolbox,
    request: CompleteRequestParams,
    request_id: &str,
    cx: &Cx,
) -> Result<CompleteResult, ErrorData> {
    let of = match request.r#ref {
        Reference::Prompt(prompt) => Completed::Prompt(prompt.name),
        Reference::Resource(template) => Completed::Template(template.uri),
        _ => return Err(ErrorData::invalid_params("This is nothing that can be completed.", None)),
    };
    let settled = request.context.and_then(|context| context.arguments).into_iter().flatten();
    let settled = settled.map(|(name, value)| (name, Value::from(value))).collect::<Map<_, _>>();
    let (argument, value) = (request.argument.name, request.argument.value);
    let done = attended(toolbox, request_id, cx, |context| {
        toolbox.complete(Completion { of, argument, value, settled, context })
    });
    let info = match done.await? {
        Ok(data) => completion(&data),
        Err(Missed::Failed(reply)) if reply.code == Some("unsupported") => CompletionInfo::default(),
        Err(missed) => return Err(failed(missed, None, cx)),
    };
    Ok(CompleteResult::new(info))
}

fn completion(data: &Value) -> CompletionInfo {
    let values = data.get("values").and_then(Value::as_array).into_iter().flatten();
    let mut info = CompletionInfo::default();
    let values: Vec<String> = values.filter_map(Value::as_str).map(str::to_owned).collect();
    let more = values.len() > CompletionInfo::MAX_VALUES;
    info.values = values.into_iter().take(CompletionInfo::MAX_VALUES).collect();
    info.total = data.get("total").and_then(Value::as_u64).and_then(|total| total.try_into().ok());
    info.has_more = if more { Some(true) } else { data.get("hasMore").and_then(Value::as_bool) };
    info
}

/// Why there is no answer, as a JSON-RPC error. `uri` is the document that was asked for.
fn failed(missed: Missed, uri: Option<&str>, cx: &Cx) -> ErrorData {
    match missed {
        Missed::Refused(Refused::InsufficientScope { scopes }) => {
            let message = Refused::InsufficientScope { scopes: scopes.clone() }.to_string();
            if let Some(needed) = cx.extensions.get::<Parts>().and_then(|parts| parts.extensions.get::<ScopesNeeded>())
            {
                let _ = needed.0.set(scopes);
            }
            ErrorData::invalid_request(message, None)
        }
        Missed::Refused(Refused::UnknownDocument { uri }) => no_document(&uri),
        Missed::Refused(refused) => ErrorData::invalid_params(refused.to_string(), None),
        Missed::Failed(reply) => of_reply(*reply, uri),
    }
}

fn of_reply(reply: Reply, uri: Option<&str>) -> ErrorData {
    if let Some(needed) = &reply.client_needs {
        return rounds::needs(needed);
    }
    let message: Cow<'static, str> = reply.error.clone().unwrap_or_default().into();
    match (reply.code, uri) {
        (Some("not_found"), Some(uri)) => no_document(uri),
        (Some("invalid_argument"), Some(uri)) => ErrorData::invalid_params(message, Some(json!({"uri": uri}))),
        (Some("not_found" | "invalid_argument" | "identity_mismatch" | "conflict"), _) => {
            ErrorData::invalid_params(message, None)
        }
        _ => ErrorData::internal_error(message, serde_json::from_str(&reply.to_json()).ok()),
    }
}

fn no_document(uri: &str) -> ErrorData {
    ErrorData::resource_not_found("There is no document at this address.", Some(json!({"uri": uri})))
}

fn too_old() -> ErrorData {
    let message = "This asks its user something first, which takes a client of the revision 2026-07-28.";
    ErrorData::invalid_request(message, None)
}

fn strange(error: serde_json::Error) -> ErrorData {
    tracing::warn!(%error, "a resource's answer is not of MCP's shape");
    ErrorData::internal_error("The resource's answer cannot be passed on.", None)
}
