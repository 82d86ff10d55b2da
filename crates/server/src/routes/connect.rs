//! The pages between a user's browser, their identity provider and an upstream. Anyone may open them; what they do rests
//! on what is sealed in the address, on the browser's cookie, and on who signs in.

use std::sync::Arc;

use access::Effect;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use connector::Error;
use credentials::{Answered, Begun, Slot, Visit};
use gateway::Done;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};

use super::connections::{away, cookie, set_cookie};
use crate::app::Shared;
use crate::error::{Failure, status_of_code};
use crate::page::{self, Page};
use crate::request_id::RequestId;

type Shown = Result<Response, Failure>;

/// `GET /connect/{ticket}`: a link of a tool's answer.
pub(super) async fn visit(
    State(shared): State<Arc<Shared>>,
    Extension(RequestId(id)): Extension<RequestId>,
    ticket: Result<Path<String>, PathRejection>,
) -> Shown {
    let ticket = ticket.map(|Path(ticket)| ticket).unwrap_or_default();
    match shared.accounts.visit(&ticket).await {
        Ok(Visit::SignIn(begun)) => page::bare(away(&begun.url, &begun.cookie)?),
        Ok(Visit::Confirm { resource, user, then, cookie }) => {
            let mut response = Page::confirm(&resource, &user, &then).show(StatusCode::OK);
            response.headers_mut().append(SET_COOKIE, set_cookie(&cookie)?);
            Ok(response)
        }
        Err(error) => Ok(failed(&error, &id)),
    }
}

/// `POST /connect/{ticket}`: whoever opened it says that they are that user.
pub(super) async fn confirm(
    State(shared): State<Arc<Shared>>,
    Extension(RequestId(id)): Extension<RequestId>,
    headers: HeaderMap,
    ticket: Result<Path<String>, PathRejection>,
) -> Shown {
    let ticket = ticket.map(|Path(ticket)| ticket).unwrap_or_default();
    // Another site's form brings no Lax cookie either; browsers that say where a request comes from are believed too.
    let elsewhere = headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin");
    if elsewhere {
        return Ok(failed(
            &Error::new(connector::ErrorKind::PermissionDenied, "This did not come from our own page."),
            &id,
        ));
    }
    let begun = shared.accounts.confirmed(&ticket, |name| cookie(&headers, name)).await;
    sent_on(&shared, begun, &id).await
}

/// `GET /connect/signed-in`: back from the identity provider.
pub(super) async fn signed_in(
    State(shared): State<Arc<Shared>>,
    Extension(RequestId(id)): Extension<RequestId>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Shown {
    let Some(answered) = answered(query.as_deref()) else { return Ok(failed(&unclear(), &id)) };
    let begun = shared.accounts.signed_in(answered, |name| cookie(&headers, name), &shared.verifier).await;
    sent_on(&shared, begun, &id).await
}

/// A flow that has begun goes on at the upstream, once it is in the audit.
async fn sent_on(shared: &Shared, begun: connector::Result<Begun>, id: &str) -> Shown {
    let begun = match begun {
        Ok(begun) => begun,
        Err(error) => return Ok(failed(&error, id)),
    };
    match record(shared, "connections.begin", &begun.whose, id).await {
        Ok(()) => page::bare(away(&begun.url, &begun.cookie)?),
        Err(error) => Ok(failed(&error, id)),
    }
}

/// `GET /connect/callback`: back from an upstream's authorization server.
pub(super) async fn callback(
    State(shared): State<Arc<Shared>>,
    Extension(RequestId(id)): Extension<RequestId>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Shown {
    let Some(answered) = answered(query.as_deref()) else { return Ok(failed(&unclear(), &id)) };
    match shared.accounts.finish(answered, |name| cookie(&headers, name)).await {
        Ok(finished) => {
            if let Err(error) = record(&shared, "connections.finish", &finished.whose, &id).await {
                return Ok(failed(&error, &id));
            }
            let mut response = Page::connected(&finished.whose.resource, finished.page.as_deref()).show(StatusCode::OK);
            response.headers_mut().append(SET_COOKIE, set_cookie(&finished.cookie)?);
            Ok(response)
        }
        Err(error) => Ok(failed(&error, &id)),
    }
}

/// What an answer brings. One that brings anything twice is none (RFC 6749 section 3.1).
fn answered(query: Option<&str>) -> Option<Answered> {
    let mut answered = Answered::default();
    for (name, value) in form(query.unwrap_or_default()) {
        let place = match &*name {
            "code" => &mut answered.code,
            "state" => &mut answered.state,
            "iss" => &mut answered.iss,
            "error" => &mut answered.error,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    Some(answered)
}

/// `application/x-www-form-urlencoded`, as far as it is UTF-8.
fn form(query: &str) -> impl Iterator<Item = (String, String)> {
    let decoded = |text: &str| {
        let bytes = text.as_bytes();
        let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
        while let Some(byte) = bytes.get(at) {
            let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
            match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
                (b'%', Some(escaped)) => {
                    out.push(escaped);
                    at += 2;
                }
                (b'+', _) => out.push(b' '),
                (byte, _) => out.push(*byte),
            }
            at += 1;
        }
        String::from_utf8(out).ok()
    };
    query.split('&').filter_map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decoded(name)?, decoded(value)?))
    })
}

/// Leaves a line in the audit: no token came with what was done.
async fn record(shared: &Shared, name: &str, whose: &Slot, request_id: &str) -> connector::Result<()> {
    let Slot { resource, issuer, user, .. } = whose;
    let done = Done { user, issuer, name, resource, effect: Effect::Write, request_id };
    shared.gateway.record(done).await
}

fn unclear() -> Error {
    Error::invalid("This address says something twice, so nothing was done. Begin again where you came from.")
}

fn failed(error: &Error, request_id: &str) -> Response {
    if matches!(error.kind(), connector::ErrorKind::Internal | connector::ErrorKind::Unavailable) {
        tracing::error!(request_id, ?error, "an account could not be connected");
    }
    Page::failed(error.message(), request_id).show(status_of_code(error.kind().code())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_a_form_and_nothing_twice() {
        let read = answered(Some("code=a%2Bb+c&state=%C3%BC&iss=https%3A%2F%2Fx&other=1&other=2")).unwrap();
        assert_eq!((read.code.as_deref(), read.state.as_deref()), (Some("a+b c"), Some("ü")));
        assert_eq!((read.iss.as_deref(), read.error), (Some("https://x"), None));
        assert!(answered(Some("code=a&code=b")).is_none());
        assert!(answered(Some("state=%FF&code=%4")).is_some_and(|it| it.state.is_none() && it.code.is_some()));
    }
}
