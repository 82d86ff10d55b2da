//! What every door answers when it cannot do what was asked: one status, one envelope.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use connector::ErrorKind;
use gateway::{Refused, Reply};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::auth::Challenge;

/// How long a client should wait when nobody knows better, in seconds.
pub(crate) const RETRY_AFTER_S: u64 = 5;

/// A request that was not done. It becomes an answer in [`request_id`](crate::request_id), which knows its name.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
    retryable: bool,
    retry_after_s: Option<u64>,
    challenge: Option<HeaderValue>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    success: bool,
    error: &'a str,
    code: &'a str,
    retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
    request_id: &'a str,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self { status, code, message, retryable: false, retry_after_s: None, challenge: None }
    }

    /// The request is not what this endpoint takes.
    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorKind::InvalidArgument.code(), message)
    }

    /// Nobody foresaw this; the log has it.
    pub(crate) fn internal() -> Self {
        let message = "Something failed on the server. Report the request id to its operator.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorKind::Internal.code(), message)
    }

    /// It may work later without any change.
    pub(crate) fn retryable(mut self, after_s: Option<u64>) -> Self {
        self.retryable = true;
        self.retry_after_s = after_s;
        self
    }

    /// Says how to be let in.
    pub(crate) fn challenged(mut self, challenge: &Challenge) -> Self {
        self.challenge = Some(challenge.header());
        self
    }

    /// The answer, in the envelope. What other layers put on `response` stays.
    pub(crate) fn render(self, response: &mut Response, request_id: &str) {
        let envelope = Envelope {
            success: false,
            error: &self.message,
            code: self.code,
            retryable: self.retryable,
            retry_after_s: self.retry_after_s,
            request_id,
        };
        *response.body_mut() = Body::from(serde_json::to_vec(&envelope).unwrap_or_default());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(challenge) = &self.challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Some(after_s) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, after_s.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A tool that is not there, or that needs scopes.
pub(crate) fn refused(refused: &Refused, challenge: impl FnOnce() -> Challenge) -> Failure {
    let message = refused.to_string();
    match refused {
        Refused::UnknownTool { .. } | Refused::UnknownPrompt { .. } | Refused::UnknownDocument { .. } => {
            Failure::new(StatusCode::NOT_FOUND, refused.code(), message)
        }
        Refused::StaleState => Failure::new(StatusCode::BAD_REQUEST, refused.code(), message),
        Refused::InsufficientScope { .. } => {
            Failure::new(StatusCode::FORBIDDEN, refused.code(), message).challenged(&challenge())
        }
    }
}

/// The gateway's answer as an HTTP answer: the envelope as it is, with the status that its code means.
pub(crate) fn reply(reply: &Reply) -> Response {
    let status = if reply.success { StatusCode::OK } else { status_of_code(reply.code.unwrap_or_default()) };
    let mut response = (status, reply.to_json()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        headers.insert(RETRY_AFTER, reply.retry_after_s.unwrap_or(RETRY_AFTER_S).into());
    }
    response
}

/// The status of an answer's `code`; a code that nobody knows is our defect.
pub(crate) fn status_of_code(code: &str) -> StatusCode {
    match code {
        // Well-formed, and the resource says that it failed, or has to know something that this door cannot ask.
        "failed" | "input_required" => StatusCode::UNPROCESSABLE_ENTITY,
        _ => {
            let kind = ErrorKind::ALL.into_iter().find(|kind| kind.code() == code);
            kind.map_or(StatusCode::INTERNAL_SERVER_ERROR, status_of)
        }
    }
}

/// The one place where what went wrong becomes a status.
const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        // The request is at fault, and the message says how to mend it. `unsupported` too: no other method helps.
        ErrorKind::InvalidArgument | ErrorKind::Unsupported => StatusCode::BAD_REQUEST,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        // The user is signed in here; what is missing is at the upstream, so 401 would send them to the wrong place.
        ErrorKind::PermissionDenied | ErrorKind::IdentityMismatch | ErrorKind::NotConnected => StatusCode::FORBIDDEN,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        // Well-formed, and more than a declared bound allows. 413 would blame the size of the request.
        ErrorKind::LimitExceeded => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// No route has this path.
pub(crate) async fn no_such_path() -> Failure {
    Failure::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "There is nothing at this address. /openapi.json names what there is.",
    )
}

/// A route has this path but not this method; `Allow` names those it has.
pub(crate) async fn no_such_method() -> Failure {
    Failure::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This address does not take this method. See the Allow header.",
    )
}

/// A handler panicked: the log has why.
pub(crate) fn panicked(why: Box<dyn std::any::Any + Send>) -> Response {
    let why = why.downcast_ref::<&str>().copied().or_else(|| why.downcast_ref::<String>().map(String::as_str));
    tracing::error!(why = why.unwrap_or("unknown"), "a handler panicked");
    Failure::internal().into_response()
}
