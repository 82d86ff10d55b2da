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
        Self::read_or(claims, None)
    }

    /// The same for what need not say when it expires: then it does so at `expires_at_s`.
    pub(crate) fn read_or(claims: &Map<String, Value>, expires_at_s: Option<u64>) -> Result<Self, TokenError> {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
        let otherwise = expires_at_s.map(|seconds| seconds as f64);
        let expires_at = time(claims, "exp")?.or(otherwise).ok_or(TokenError::NoExpiry)?;
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
