//! An address that the user must open before a call can succeed: URL mode elicitation, for clients that declared it.

use std::collections::BTreeMap;

use gateway::Reply;
use rmcp::model::{
    CallToolResponse, ElicitRequest, ElicitRequestParams, ErrorCode, InputRequest, InputRequiredResult, InputResponses,
    ProtocolVersion,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::json;

use crate::request_id;

/// Names the one thing that is asked for.
const KEY: &str = "visit";

/// `URLElicitationRequiredError` of 2025-11-25; 2026-07-28 took it back.
const URL_ELICITATION_REQUIRED: ErrorCode = ErrorCode(-32042);

/// What a reply that names an address becomes, where the client can open one for its user. `None`: the reply itself
/// says it, as any other failure does.
pub(super) fn asked(
    reply: &Reply,
    answered: Option<&InputResponses>,
    cx: &RequestContext<RoleServer>,
) -> Option<Result<CallToolResponse, ErrorData>> {
    let url = reply.visit.clone()?;
    let message = reply.error.clone().unwrap_or_default();
    cx.client_capabilities()?.elicitation?.url?;
    let version = cx.protocol_version()?;
    if version.as_str() >= ProtocolVersion::V_2026_07_28.as_str() {
        // Who was asked already and comes back without an account would be asked for ever.
        if answered.is_some_and(|answers| answers.contains_key(KEY)) {
            return None;
        }
        let params =
            ElicitRequestParams::UrlElicitationParams { meta: None, message, url, elicitation_id: String::new() };
        let requests = BTreeMap::from([(KEY.to_owned(), InputRequest::Elicitation(ElicitRequest::new(params)))]);
        return Some(Ok(InputRequiredResult::from_input_requests(requests).into()));
    }
    if version != ProtocolVersion::V_2025_11_25 {
        return None;
    }
    let id = request_id::made();
    let data = json!({"elicitations": [{"mode": "url", "elicitationId": &*id, "url": url, "message": message}]});
    Some(Err(ErrorData::new(URL_ELICITATION_REQUIRED, message, Some(data))))
}
