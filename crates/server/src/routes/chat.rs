use std::sync::Arc;

use access::Caller;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Json, Response};
use gateway::Door;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::app::Shared;
use crate::error::Failure;
use crate::limits::read_json;
use crate::request_id::RequestId;
use agent::{Ask, AskError, Role, Turn};

/// `POST /api/agents/chat`: asks the agent, who works with this user's toolbox and no other. Going away stops it.
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
    request: Request,
) -> Result<Response, Failure> {
    let (message, history) = read(read_json(request, shared.config.body_bytes_max).await?)?;
    let toolbox = shared.gateway.toolbox(caller, Door::Chat);
    let asked = Ask { message: &message, history: &history, request_id: &id };
    match shared.agent.ask(&toolbox, asked).await {
        Ok(answer) => {
            answer.tools_used.iter().for_each(|used| shared.meters.agents_call(used.success));
            Ok(Json(answer).into_response())
        }
        Err(error) => Err(failure(&error)),
    }
}

/// A message of the history, as chat front ends write it.
#[derive(Deserialize)]
struct Said {
    role: Role,
    #[serde(alias = "text")]
    content: String,
}

/// Other members of the body are left alone: a front end may send its own.
fn read(body: Value) -> Result<(String, Vec<Turn>), Failure> {
    let Value::Object(mut body) = body else {
        return Err(Failure::invalid("Send a JSON object with what you want in \"message\"."));
    };
    let message = match body.remove("message") {
        Some(Value::String(message)) if !message.trim().is_empty() => message,
        Some(Value::String(_)) => return Err(Failure::invalid("\"message\" is empty. Write what you want.")),
        Some(_) => return Err(Failure::invalid("\"message\" must be a string.")),
        None => return Err(Failure::invalid("\"message\" is missing. Write what you want.")),
    };
    let history = body.remove("history").unwrap_or_default();
    let said: Option<Vec<Said>> = serde_json::from_value(history).map_err(|_| {
        Failure::invalid("\"history\" must be a list of {\"role\": \"user\" or \"assistant\", \"content\": \"…\"}.")
    })?;
    let turn = |Said { role, content }| Turn { role, text: content };
    Ok((message, said.unwrap_or_default().into_iter().map(turn).collect()))
}

fn failure(error: &AskError) -> Failure {
    let status = match error {
        AskError::InvalidMessage(_) => StatusCode::BAD_REQUEST,
        AskError::ModelUnavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        AskError::ModelRefused(_) => StatusCode::BAD_GATEWAY,
        AskError::Timeout { .. } => StatusCode::GATEWAY_TIMEOUT,
    };
    let failure = Failure::new(status, error.code(), error.to_string());
    match error.retryable() {
        true => failure.retryable(error.retry_after().map(|after| after.as_secs().max(1))),
        false => failure,
    }
}
