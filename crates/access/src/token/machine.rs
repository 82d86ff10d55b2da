use serde_json::{Map, Value};

use super::claims::{has, text};
use super::identify::CLIENT_CLAIMS;

/// Whether the token speaks for a client and not for a user.
///
/// In the client-credentials grant the subject is the client itself (RFC 9068 section 2.2): it stands beside `sub` as
/// `client_id`, `azp`, `appid` or `cid`, or in `aud`. Others have signs of their own: Auth0 `gty` and `CLIENT@clients`,
/// Entra `idtyp` and a subject that is the application's own object, Keycloak the name of a service account.
pub(super) fn is_machine(id: &str, claims: &Map<String, Value>) -> bool {
    let clients = || CLIENT_CLAIMS.iter().filter_map(|name| text(claims, name));
    let is_client = |id: &str| {
        clients().any(|client| client == id || id.strip_suffix("@clients") == Some(client)) || is_audience(id, claims)
    };
    is_client(id)
        || text(claims, "sub").is_some_and(is_client)
        || text(claims, "gty") == Some("client-credentials")
        || text(claims, "idtyp") == Some("app")
        || is_entra_application(claims)
        || is_service_account(claims)
}

fn is_audience(id: &str, claims: &Map<String, Value>) -> bool {
    match claims.get("aud") {
        Some(Value::Array(several)) => several.iter().any(|one| one == id),
        Some(one) => one == id,
        None => false,
    }
}

/// Entra gives a user another `sub` for each application, and an application its own object id; only tokens for users
/// have `scp`.
fn is_entra_application(claims: &Map<String, Value>) -> bool {
    has(claims, "tid") && has(claims, "oid") && claims.get("oid") == claims.get("sub") && !has(claims, "scp")
}

fn is_service_account(claims: &Map<String, Value>) -> bool {
    let account = text(claims, "preferred_username").and_then(|name| name.strip_prefix("service-account-"));
    // Keycloak spells such names in small letters.
    account.is_some_and(|name| {
        CLIENT_CLAIMS.iter().filter_map(|claim| text(claims, claim)).any(|client| client.eq_ignore_ascii_case(name))
    })
}
