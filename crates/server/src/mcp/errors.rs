//! JSON-RPC errors as whole HTTP answers, for what never becomes a message.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use rmcp::model::{ErrorCode, ErrorData, JsonRpcError, ProtocolVersion, RequestId};

/// The revisions spoken here, oldest first. Earlier ones had batches and other transports.
pub(super) const VERSIONS: [ProtocolVersion; 3] =
    [ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25, ProtocolVersion::V_2026_07_28];

/// Something that cannot be passed on as a message, and whose id it has, as far as that could be read.
#[derive(Debug)]
pub(super) struct Unfit {
    status: StatusCode,
    id: Option<RequestId>,
    error: Box<ErrorData>,
}

impl Unfit {
    fn bad(id: Option<RequestId>, error: ErrorData) -> Self {
        Self { status: StatusCode::BAD_REQUEST, id, error: Box::new(error) }
    }

    /// Not JSON.
    pub(super) fn parse(why: impl std::fmt::Display) -> Self {
        Self::bad(None, ErrorData::new(ErrorCode::PARSE_ERROR, format!("The body is not valid JSON: {why}."), None))
    }

    /// JSON, but not a JSON-RPC message that MCP has.
    pub(super) fn request(id: Option<RequestId>, why: impl std::fmt::Display) -> Self {
        Self::bad(id, ErrorData::new(ErrorCode::INVALID_REQUEST, why.to_string(), None))
    }

    /// `params` is not what the method takes.
    pub(super) fn params(id: Option<RequestId>, why: impl std::fmt::Display) -> Self {
        Self::bad(id, ErrorData::new(ErrorCode::INVALID_PARAMS, why.to_string(), None))
    }

    /// A header that contradicts the body, or itself.
    pub(super) fn header(id: Option<RequestId>, why: impl std::fmt::Display) -> Self {
        Self::bad(id, ErrorData::header_mismatch(why.to_string(), None))
    }

    /// A revision that is not spoken here; the answer names those that are.
    pub(super) fn version(id: Option<RequestId>, asked: &str) -> Self {
        let data = serde_json::json!({"supported": VERSIONS, "requested": asked});
        let message = "Unsupported protocol version";
        Self::bad(id, ErrorData::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, message, Some(data)))
    }

    /// Anything that the transport refused in plain text.
    pub(super) fn transport(status: StatusCode, id: Option<RequestId>, why: String) -> Self {
        let code = if status.is_server_error() { ErrorCode::INTERNAL_ERROR } else { ErrorCode::INVALID_REQUEST };
        Self { status, id, error: Box::new(ErrorData::new(code, why, None)) }
    }
}

impl IntoResponse for Unfit {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&JsonRpcError::new(self.id, *self.error)).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}
