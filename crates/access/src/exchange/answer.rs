use reqwest::StatusCode;
use serde_json::Value;

use super::ExchangeError;

/// What a token endpoint answered (RFC 8693 section 2.2).
pub(super) struct Answer {
    pub(super) access_token: String,
    pub(super) expires_in_s: Option<u64>,
}

impl Answer {
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Result<Self, ExchangeError> {
        let unusable = |why| ExchangeError::Answer { why };
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(ExchangeError::Unavailable { why: format!("it answered {status}") });
        }
        let body: Option<Value> = serde_json::from_slice(body).ok();
        if status != StatusCode::OK {
            let error = body.as_ref().and_then(|body| body.get("error")?.as_str()).filter(|error| is_word(error));
            return Err(ExchangeError::Refused { error: error.map_or_else(|| status.to_string(), str::to_owned) });
        }
        let body = body.ok_or_else(|| unusable("it is not JSON"))?;
        let access_token = body.get("access_token").and_then(Value::as_str).filter(|token| !token.is_empty());
        let access_token = access_token.ok_or_else(|| unusable("it has no access_token"))?.to_owned();
        let is_bearer =
            body.get("token_type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        if !is_bearer {
            return Err(unusable("its token is not a bearer token"));
        }
        let expires_in_s = match body.get("expires_in") {
            None | Some(Value::Null) => None,
            // Some servers write it as text.
            Some(Value::String(text)) => Some(text.parse().map_err(|_| unusable("its expires_in is no number"))?),
            Some(number) => Some(number.as_u64().ok_or_else(|| unusable("its expires_in is no number"))?),
        };
        Ok(Self { access_token, expires_in_s })
    }
}

/// `error` of RFC 6749 section 5.2, of no surprising length.
fn is_word(error: &str) -> bool {
    !error.is_empty() && error.len() <= 64 && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
