use serde_json::{Map, Value};

use super::claims::has;
use super::identify::CLIENT_CLAIMS;
use crate::{IssuerConfig, TokenError};

/// Whether a token is meant for us: by its audience, by the client it was given to, or by both, as configured.
pub(crate) fn for_us(claims: &Map<String, Value>, config: &IssuerConfig) -> Result<(), TokenError> {
    audience(claims, &config.audiences)?;
    if config.clients.is_empty() {
        return Ok(());
    }
    let mut given =
        CLIENT_CLAIMS.iter().filter(|name| has(claims, name)).filter_map(|name| claims.get(*name)).peekable();
    let is_ours = |value: &Value| value.as_str().is_some_and(|one| config.clients.iter().any(|ours| ours == one));
    (given.peek().is_some() && given.all(is_ours)).then_some(()).ok_or(TokenError::Client)
}

/// Whether one of `accepted` is among the token's `aud`, a string or a list of strings (RFC 7519 section 4.1.3). Where
/// none is accepted, a token that has one is meant for somebody else.
fn audience(claims: &Map<String, Value>, accepted: &[String]) -> Result<(), TokenError> {
    let is_accepted = |value: &Value| value.as_str().is_some_and(|one| accepted.iter().any(|ours| ours == one));
    let good = match claims.get("aud") {
        Some(Value::Array(none)) if none.is_empty() => accepted.is_empty(),
        Some(Value::Array(several)) => several.iter().all(Value::is_string) && several.iter().any(is_accepted),
        Some(Value::Null) | None => accepted.is_empty(),
        Some(one) => is_accepted(one),
    };
    good.then_some(()).ok_or(TokenError::Audience)
}
