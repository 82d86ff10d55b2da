use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Caller, TokenError};

/// A caller, and how long the token says that it is good for.
pub(crate) struct Judged {
    pub(crate) caller: Caller,
    pub(crate) good_for: Duration,
}

/// What an answer says of an active access token (RFC 7662 section 2.2).
///
/// Issuers answer for refresh tokens too, and some without a sign of it but that `token_type` is missing. So it must be
/// there, and say that whoever bears the token may use it.
pub(super) fn active(mut answer: Map<String, Value>) -> Result<Map<String, Value>, TokenError> {
    if answer.remove("active") != Some(Value::Bool(true)) {
        return Err(TokenError::Inactive);
    }
    let token_type = answer.get("token_type").and_then(Value::as_str).unwrap_or_default();
    let is_access = ["bearer", "access_token"].iter().any(|known| token_type.eq_ignore_ascii_case(known));
    is_access.then_some(answer).ok_or(TokenError::Type)
}
