use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::claims::{claim_at, claim_at_mut, has, text};
use super::{machine, scopes};
use crate::users::Users;
use crate::{IssuerConfig, TokenError, UserId};

/// Claims that may hold the user's id, first come first.
const USER_ID_CLAIMS: [&str; 4] = ["sub", "id", "user_id", "userId"];

/// Claims that name the client a token was given to: RFC 9068 section 2.2, OpenID Connect Core 1.0 section 2, and what
/// Entra's first version and Okta call it.
pub(crate) const CLIENT_CLAIMS: [&str; 4] = ["client_id", "azp", "appid", "cid"];

/// Claims that tell of a person: in an answer to introspection (RFC 7662 section 2.2) and of OpenID Connect.
const PERSON_CLAIMS: [&str; 4] = ["username", "preferred_username", "email", "name"];

/// Whom a verified token speaks for.
#[derive(Debug)]
pub(crate) struct Identified {
    pub(crate) id: UserId,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) roles: BTreeSet<String>,
    pub(crate) claims: Map<String, Value>,
}

/// Reads whom a verified token speaks for.
///
/// The id is that of `user_id_claim` where configuration names one, else of the first of [`USER_ID_CLAIMS`] that
/// the token has. That one decides: where it is not an id, no other claim is tried.
pub(crate) fn identify(
    config: &IssuerConfig,
    users: &Users,
    mut claims: Map<String, Value>,
) -> Result<Identified, TokenError> {
    let claim = match config.user_id_claim.as_deref() {
        Some(name) => claim_at(&claims, name),
        None => USER_ID_CLAIMS.iter().find_map(|name| claims.get(*name)),
    };
    let (raw, is_machine) = match (claim, &config.client_prefix) {
        (Some(claim), _) => {
            let raw = id_text(claim).ok_or(TokenError::NoUser)?;
            let is_machine = machine::is_machine(&raw, &claims);
            (raw, is_machine)
        }
        (None, Some(_)) => (client(&claims).ok_or(TokenError::NoUser)?.to_owned(), true),
        (None, None) => return Err(TokenError::NoUser),
    };
    let id = if is_machine { users.client(config, &raw)? } else { users.user(config, &raw)? };
    if id.as_str() != raw {
        rename(&mut claims, config.user_id_claim.as_deref(), &raw, id.as_str());
    }
    if !users.are_bare() {
        // Whoever goes by `sub`, such as row security, goes by the id: the bare one of another claim's user may be
        // somebody else's at another issuer.
        claims.insert("sub".to_owned(), id.as_str().into());
    }
    let scopes = scopes::scopes(&claims, &config.scopes_claims, &config.scopes);
    let roles = scopes::roles(&claims, &config.roles_claims);
    Ok(Identified { id, scopes, roles, claims })
}

/// The client whose own token this is, where the token lacks the claim with the id.
///
/// A client's own token need not have a subject. But a user's may lack the claim too, and would then be whoever else
/// uses that client. So a subject has to be the client's by its signs; and without one, nothing may tell of a person.
fn client(claims: &Map<String, Value>) -> Option<&str> {
    let subject = USER_ID_CLAIMS.iter().find(|name| has(claims, name)).and_then(|name| claims.get(*name));
    let is_own = match subject {
        Some(subject) => id_text(subject).is_some_and(|id| machine::is_machine(&id, claims)),
        None => !PERSON_CLAIMS.iter().any(|name| has(claims, name)),
    };
    let mut clients = CLIENT_CLAIMS.iter().filter_map(|name| text(claims, name));
    clients.find(|client| is_own && !client.is_empty())
}

fn id_text(claim: &Value) -> Option<String> {
    match claim {
        Value::String(id) => (!id.is_empty()).then(|| id.clone()),
        // A number with a fraction or beyond 64 bits has no single spelling.
        Value::Number(id) if id.is_i64() || id.is_u64() => Some(id.to_string()),
        _ => None,
    }
}

/// Writes the whole id wherever the token has the bare one, so that whoever goes by a claim, such as row security by
/// `sub`, does not take two issuers' users for one.
fn rename(claims: &mut Map<String, Value>, configured: Option<&str>, raw: &str, id: &str) {
    for name in USER_ID_CLAIMS.into_iter().chain(configured) {
        if let Some(value) = claim_at_mut(claims, name)
            && id_text(value).as_deref() == Some(raw)
        {
            *value = id.into();
        }
    }
}
