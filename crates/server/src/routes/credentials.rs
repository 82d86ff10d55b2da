use std::sync::Arc;

use access::{Caller, Effect};
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, Request, State};
use axum::response::{IntoResponse, Json, Response};
use credentials::Given;
use gateway::{Door, Errand};
use serde::Serialize;
use serde_json::json;

use crate::app::Shared;
use crate::error::{self, Failure};
use crate::limits::read_json;
use crate::request_id::RequestId;

/// The largest body that holds one credential, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

pub(super) type Named = Result<Path<String>, PathRejection>;
pub(super) type Answer = Result<Response, Failure>;

/// `GET /api/credentials/{resource}`: whether this user has set a credential. Never the credential.
pub(super) async fn look(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
    name: Named,
) -> Answer {
    let name = named(name).await?;
    let errand = errand(&caller, "credentials.get", &name, Effect::Read, &id);
    answer(shared.gateway.run(errand, shared.accounts.credential(&caller, &name)).await, &id)
}

/// `PUT /api/credentials/{resource}`: keeps this user's credential.
pub(super) async fn set(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
    name: Named,
    request: Request,
) -> Answer {
    let name = named(name).await?;
    let body = read_json(request, shared.config.body_bytes_max.min(BODY_BYTES_MAX)).await?;
    // What is wrong with a body is said in our words: those of the reader of JSON may repeat what stands in it.
    let given: Result<Given, _> = serde_json::from_value(body);
    let given = given.map_err(|_| {
        Failure::invalid("Send {\"token\": \"…\"}, or {\"username\": \"…\", \"password\": \"…\"}, and nothing else.")
    })?;
    let errand = errand(&caller, "credentials.set", &name, Effect::Write, &id);
    answer(shared.gateway.run(errand, shared.accounts.set_credential(&caller, &name, given)).await, &id)
}

/// `DELETE /api/credentials/{resource}`: forgets it.
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(id)): Extension<RequestId>,
    name: Named,
) -> Answer {
    let name = named(name).await?;
    let errand = errand(&caller, "credentials.remove", &name, Effect::Destroy, &id);
    let removed = shared.gateway.run(errand, shared.accounts.remove_credential(&caller, &name)).await;
    answer(removed.map(|removed| json!({"resource": name, "removed": removed})), &id)
}

pub(super) async fn named(name: Named) -> Result<String, Failure> {
    match name {
        Ok(Path(name)) => Ok(name),
        Err(_) => Err(error::no_such_path().await),
    }
}

pub(super) fn errand<'a>(
    caller: &'a Caller,
    name: &'a str,
    resource: &'a str,
    effect: Effect,
    request_id: &'a str,
) -> Errand<'a> {
    Errand { caller, door: Door::Http, name, resource, effect, request_id }
}

/// In the envelope.
pub(super) fn answer(done: connector::Result<impl Serialize>, request_id: &str) -> Answer {
    match done {
        Ok(data) => Ok(Json(json!({"success": true, "data": data})).into_response()),
        Err(failed) => Ok(error::reply(&gateway::Reply::failure(&failed, request_id))),
    }
}
