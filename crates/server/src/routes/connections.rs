use std::sync::Arc;

use access::{Caller, Effect};
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Json, Response};
use http::HeaderValue;
use http::header::SET_COOKIE;
use serde_json::json;

use super::credentials::{Answer, Named, answer, errand, named};
use crate::app::Shared;
use crate::error::Failure;
use crate::request_id::RequestId;

/// `GET /api/connections`: the resources that this user can connect an account to, and whether they have.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
) -> Answer {
    let policy = shared.gateway.policy();
    let look = async {
        let mut connections = Vec::new();
        for name in shared.accounts.connectable() {
            if policy.allows(&caller, name, Effect::Read).is_ok() {
                connections.push(shared.accounts.connection(&caller, name).await?);
            }
        }
        Ok(connections)
    };
    match shared.gateway.in_turn(&caller, look).await {
        Ok(all) => Ok(Json(json!({"success": true, "data": all, "count": all.len()})).into_response()),
        Err(failed) => answer(Err::<(), _>(failed), &id),
    }
}

/// `GET /api/connections/{resource}`: whether this user has connected their account.
pub(super) async fn look(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
    name: Named,
) -> Answer {
    let name = named(name).await?;
    let errand = errand(&caller, "connections.get", &name, Effect::Read, &id);
    answer(shared.gateway.run(errand, shared.accounts.connection(&caller, &name)).await, &id)
}

/// `POST /api/connections/{resource}`: begins to connect it. The answer names the address to send the browser to, and
/// gives that browser the cookie without which the account is not connected.
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
    name: Named,
) -> Answer {
    let name = named(name).await?;
    let errand = errand(&caller, "connections.begin", &name, Effect::Write, &id);
    let begun = shared.gateway.run(errand, shared.accounts.begin(&caller, &name)).await;
    let cookie = begun.as_ref().ok().map(|begun| set_cookie(&begun.cookie));
    let mut response = answer(begun.map(|begun| json!({"resource": name, "visit": begun.url})), &id)?;
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie?);
    }
    Ok(response)
}

/// `DELETE /api/connections/{resource}`: forgets it, and gives its tokens back.
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
    name: Named,
) -> Answer {
    let name = named(name).await?;
    let errand = errand(&caller, "connections.remove", &name, Effect::Destroy, &id);
    let removed = shared.gateway.run(errand, shared.accounts.disconnect(&caller, &name)).await;
    answer(removed.map(|removed| json!({"resource": name, "removed": removed})), &id)
}

/// How long a browser keeps a flow's cookie, in seconds: as long as the flow may take.
const COOKIE_S: u32 = 600;

/// `Lax`: the answer of an authorization server is a navigation from another site, and must bring it.
pub(super) fn set_cookie(cookie: &credentials::Cookie) -> Result<HeaderValue, Failure> {
    let age_s = if cookie.value.is_empty() { 0 } else { COOKIE_S };
    let secure = if cookie.secure { "; Secure" } else { "" };
    let (name, value) = (&cookie.name, &cookie.value);
    let text = format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map_err(|_| Failure::internal())
}

/// The browser's cookie of this name; `None` where it is there more than once, since one of them is somebody else's.
pub(super) fn cookie(headers: &http::HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = all.flat_map(|value| value.split(';')).filter_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    });
    let first = found.next();
    first.filter(|value| !value.is_empty() && found.next().is_none())
}

/// An answer that leaves for another page.
pub(super) fn away(url: &str, cookie: &credentials::Cookie) -> Result<Response, Failure> {
    let location = HeaderValue::from_str(url).map_err(|_| Failure::internal())?;
    let mut response = http::StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(http::header::LOCATION, location);
    response.headers_mut().append(SET_COOKIE, set_cookie(cookie)?);
    Ok(response)
}
