use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{Caller, TokenError, UserId};

/// Claims that may hold the user's id, first come first.
const USER_ID_CLAIMS: [&str; 4] = ["sub", "id", "user_id", "userId"];

/// Claims that name the client a token was given to (RFC 9068 section 2.2, OpenID Connect Core 1.0 section 2).
const CLIENT_CLAIMS: [&str; 2] = ["client_id", "azp"];

/// Makes the caller of a token that has been verified.
///
/// The id is that of `user_id_claim` where configuration names one, else of the first of [`USER_ID_CLAIMS`] that
/// the token has. That one decides: where it is not an id, no other claim is tried.
pub(crate) fn caller(
    issuer: &str,
    user_id_claim: Option<&str>,
    claims: Map<String, Value>,
    expires_at_s: u64,
) -> Result<Caller, TokenError> {
    let claim = match user_id_claim {
        Some(name) => claims.get(name),
        None => USER_ID_CLAIMS.iter().find_map(|name| claims.get(*name)),
    };
    let id = claim.and_then(user_id).ok_or(TokenError::NoUser)?;
    if is_machine(&id, &claims) {
        return Err(TokenError::Machine);
    }
    let scopes = words(&claims, &["scope", "scp", "permissions"], char::is_whitespace);
    // A single claim with several roles is written with commas (`"role": "editor,admin"`).
    let roles = words(&claims, &["roles", "role", "groups"], |c| c == ',');
    Ok(Caller::new(id, issuer.to_owned(), scopes, roles, claims, expires_at_s))
}

fn user_id(claim: &Value) -> Option<UserId> {
    match claim {
        Value::String(id) => UserId::new(id.clone()),
        // A number with a fraction or beyond 64 bits has no single spelling.
        Value::Number(id) if id.is_i64() || id.is_u64() => UserId::new(id.to_string()),
        _ => None,
    }
}

/// Whether the token speaks for a client and not for a user: in the client-credentials grant the subject is the
/// client itself (RFC 9068 section 2.2).
fn is_machine(id: &UserId, claims: &Map<String, Value>) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    CLIENT_CLAIMS.iter().any(|name| text(name) == Some(id.as_str()))
        || text("gty") == Some("client-credentials")
        || text("idtyp") == Some("app")
}

fn words(claims: &Map<String, Value>, names: &[&str], separator: fn(char) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for claim in names.iter().filter_map(|name| claims.get(*name)) {
        match claim {
            Value::String(text) => found.extend(text.split(separator).map(|word| word.trim().to_owned())),
            Value::Array(several) => found.extend(several.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
    }
    found.remove("");
    found
}
