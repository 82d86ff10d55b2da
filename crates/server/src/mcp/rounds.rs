//! What a resource asks back (MCP 2026-07-28, "Multi Round-Trip Requests").

use connector::Asked;
use rmcp::model::{ClientCapabilities, ErrorCode, InputRequest, InputRequests, InputRequiredResult};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Map, Value, json};

use super::handler::is_modern;

/// The most requests of one round.
const REQUESTS_MAX: usize = 32;

/// What is asked, for a client that can answer it. `None`: its revision knows no such answer.
pub(super) fn asked(asked: &Asked, cx: &RequestContext<RoleServer>) -> Option<Result<InputRequiredResult, ErrorData>> {
    is_modern(cx).then(|| {
        let can = cx.client_capabilities().unwrap_or_default();
        let needed: Map<_, _> = asked.requests.values().filter_map(|request| lacking(request, &can)).collect();
        if !needed.is_empty() {
            return Err(needs(&needed));
        }
        let requests = asked.requests.iter().take(REQUESTS_MAX).map(|(key, request)| {
            let request = serde_json::from_value::<InputRequest>(request.clone()).map_err(|error| {
                tracing::warn!(%error, key, "a resource asks back in a shape that MCP does not have");
                ErrorData::internal_error("This asks for something that cannot be passed on.", None)
            })?;
            Ok((key.clone(), request))
        });
        let requests = requests.collect::<Result<InputRequests, ErrorData>>()?;
        let requests = (!requests.is_empty()).then_some(requests);
        if requests.is_none() && asked.state.is_none() {
            return Err(ErrorData::internal_error("This asks for nothing, and does not go on without it.", None));
        }
        Ok(InputRequiredResult::new(requests, asked.state.clone()))
    })
}

/// What the client would have to be able to do.
pub(super) fn needs(capabilities: &Map<String, Value>) -> ErrorData {
    let data = json!({"requiredCapabilities": capabilities});
    let message = "Missing required client capability";
    ErrorData::new(ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY, message, Some(data))
}

/// The capability that answering takes and that the client has not declared.
fn lacking(request: &Value, can: &ClientCapabilities) -> Option<(String, Value)> {
    let (capability, value, declared) = match request.get("method").and_then(Value::as_str)? {
        "elicitation/create" => {
            let by_url = request.get("params").and_then(|it| it.get("mode")).is_some_and(|mode| mode == "url");
            let declared = can.elicitation.as_ref().is_some_and(|it| !by_url || it.url.is_some());
            ("elicitation", if by_url { json!({"url": {}}) } else { json!({}) }, declared)
        }
        "sampling/createMessage" => ("sampling", json!({}), can.sampling.is_some()),
        "roots/list" => ("roots", json!({}), can.roots.is_some()),
        _ => return None,
    };
    (!declared).then(|| (capability.to_owned(), value))
}
