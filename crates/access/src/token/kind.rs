use serde_json::{Map, Value};

use super::claims::{has, text};
use crate::TokenError;

/// Claims in which issuers say what a token is: `token_use` (Cognito), `typ` (Keycloak), `type` and `token_type` (many
/// that sign with a shared secret).
const KIND_CLAIMS: [&str; 4] = ["token_use", "typ", "type", "token_type"];

/// Claims that only an ID token has (OpenID Connect Core 1.0 sections 2 and 3.3.2.11).
const ID_TOKEN_CLAIMS: [&str; 4] = ["nonce", "at_hash", "c_hash", "s_hash"];

/// Whether these are an access token's claims.
///
/// The same keys sign ID tokens, refresh tokens and logout tokens. Most are for another audience; where a client and
/// its API go by one name they are not, so each is known by its own signs too. `is_typed` says that the header has
/// `at+jwt`.
pub(crate) fn access(claims: &Map<String, Value>, is_typed: bool, accept_id_tokens: bool) -> Result<(), TokenError> {
    // RFC 8417 section 2.2: logout tokens and other security events.
    if claims.get("events").is_some_and(Value::is_object) {
        return Err(TokenError::Type);
    }
    let (mut is_access, mut is_id) = (is_typed, false);
    for kind in KIND_CLAIMS.iter().filter_map(|name| text(claims, name)) {
        match kind.to_ascii_lowercase().as_str() {
            "refresh" | "refresh_token" | "offline" | "logout" => return Err(TokenError::Type),
            "id" | "id_token" => is_id = true,
            "access" | "access_token" | "bearer" | "at+jwt" => is_access = true,
            _ => {}
        }
    }
    // Some access tokens carry the nonce of the sign-in along, and say that they are access tokens.
    is_id |= !is_access && ID_TOKEN_CLAIMS.iter().any(|name| has(claims, name));
    if is_id && !accept_id_tokens {
        return Err(TokenError::Type);
    }
    // RFC 7800: whoever sends it must prove that they hold a key, and that is not checked here.
    if has(claims, "cnf") {
        return Err(TokenError::Bound);
    }
    Ok(())
}
