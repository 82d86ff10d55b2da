use serde_json::{Map, Value};

use crate::TokenError;

/// Seconds from 1970 to the end of the year 9999: later times are mistakes (milliseconds, for one) or tricks.
const TIME_S_MAX: f64 = 253_402_300_799.0;

/// When a token is good, in seconds since 1970-01-01 UTC, as it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) expires_at_s: u64,
    pub(crate) not_before_s: u64,
}

impl Times {
    /// Reads `exp`, `nbf` and `iat` (RFC 7519 section 4.1). `exp` must be there; a token must not come from the
    /// future, so `iat` bounds its begin as `nbf` does.
    pub(crate) fn read(claims: &Map<String, Value>) -> Result<Self, TokenError> {
        let expires_at = time(claims, "exp")?.ok_or(TokenError::NoExpiry)?;
        let not_before = time(claims, "nbf")?.unwrap_or(0.0);
        let issued_at = time(claims, "iat")?.unwrap_or(0.0);
        // Fractions are cut so that the token is good for no moment longer than it says.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 and TIME_S_MAX")]
        let whole = |seconds: f64| seconds as u64;
        Ok(Self { expires_at_s: whole(expires_at), not_before_s: whole(not_before.max(issued_at).ceil()) })
    }

    /// Whether the token is good at `now_s`, by clocks that differ by at most `leeway_s`.
    pub(crate) fn check(self, now_s: u64, leeway_s: u64) -> Result<(), TokenError> {
        if now_s >= self.expires_at_s.saturating_add(leeway_s) {
            return Err(TokenError::Expired);
        }
        if now_s.saturating_add(leeway_s) < self.not_before_s {
            return Err(TokenError::NotYetValid);
        }
        Ok(())
    }
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, TokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => match number.as_f64() {
            Some(seconds) if (0.0..=TIME_S_MAX).contains(&seconds) => Ok(Some(seconds)),
            _ => Err(TokenError::Time),
        },
        Some(_) => Err(TokenError::Time),
    }
}

/// Whether one of `accepted` is among the token's `aud`, a string or a list of strings (RFC 7519 section 4.1.3).
pub(crate) fn audience(claims: &Map<String, Value>, accepted: &[String]) -> Result<(), TokenError> {
    let is_accepted = |value: &Value| value.as_str().is_some_and(|one| accepted.iter().any(|ours| ours == one));
    let good = match claims.get("aud") {
        Some(Value::Array(several)) => several.iter().all(Value::is_string) && several.iter().any(is_accepted),
        Some(one) => is_accepted(one),
        None => false,
    };
    good.then_some(()).ok_or(TokenError::Audience)
}
