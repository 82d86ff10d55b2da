//! From a bearer token to a caller, or to a challenge that says how to get one (RFC 6750 section 3).

use std::collections::BTreeSet;
use std::sync::Arc;

use access::{Caller, Effect, Policy};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::Config;
use crate::app::Shared;
use crate::error::{Failure, RETRY_AFTER_S};
use crate::limits;

/// A `WWW-Authenticate` header.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    metadata_url: String,
    error: Option<(&'static str, String)>,
    scopes: BTreeSet<String>,
}

impl Challenge {
    /// Where to learn how to get a token (RFC 9728 section 5.1).
    pub(crate) fn new(metadata_url: &str) -> Self {
        Self { metadata_url: metadata_url.to_owned(), error: None, scopes: BTreeSet::new() }
    }

    /// The same, with the scopes to ask for at first: what configuration names, or else what reading needs. Others are
    /// asked for when a call needs them.
    pub(crate) fn sign_in(metadata_url: &str, config: &Config, policy: &Policy) -> Self {
        let named = &config.scopes_supported;
        let scopes = match named.is_empty() {
            true => policy.scopes_for(Effect::Read),
            false => named.iter().cloned().collect(),
        };
        Self { scopes, ..Self::new(metadata_url) }
    }

    pub(crate) fn error(mut self, code: &'static str, description: impl ToString) -> Self {
        self.error = Some((code, description.to_string()));
        self
    }

    /// Every scope that the operation needs (RFC 6750 section 3.1).
    pub(crate) fn insufficient_scope(metadata_url: &str, scopes: &BTreeSet<String>) -> Self {
        let challenge = Self { scopes: scopes.clone(), ..Self::new(metadata_url) };
        challenge.error("insufficient_scope", "the token lacks a scope that this needs")
    }

    pub(crate) fn header(&self) -> HeaderValue {
        let mut text = format!("Bearer resource_metadata={}", quoted(&self.metadata_url));
        if let Some((code, description)) = &self.error {
            text.push_str(&format!(", error={}, error_description={}", quoted(code), quoted(description)));
        }
        if !self.scopes.is_empty() {
            let scopes: Vec<_> = self.scopes.iter().map(String::as_str).collect();
            text.push_str(&format!(", scope={}", quoted(&scopes.join(" "))));
        }
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"))
    }
}

/// A quoted-string (RFC 9110 section 5.6.4) of printable ASCII; anything else becomes a question mark.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ => quoted.push('?'),
        }
    }
    quoted.push('"');
    quoted
}

/// Lets only a verified user through, and gives the handler its [`Caller`].
pub(crate) async fn require_user(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    match caller(&shared, request.headers()).await {
        Ok(caller) => request.extensions_mut().insert(caller),
        Err(failure) => {
            let (parts, body) = request.into_parts();
            limits::discard(&parts.headers, body, shared.config.body_bytes_max).await;
            return Err(failure);
        }
    };
    let mut response = next.run(request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn caller(shared: &Shared, headers: &HeaderMap) -> Result<Caller, Failure> {
    let challenge = || shared.sign_in.clone();
    let token = bearer(headers).map_err(|problem| problem.failure(challenge()))?;
    shared.verifier.verify(token).await.map_err(|error| {
        if error.is_unavailable() {
            let message = "Your token cannot be checked right now. Try again in a moment.";
            return Failure::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
                .retryable(Some(RETRY_AFTER_S));
        }
        Failure::new(StatusCode::UNAUTHORIZED, "invalid_token", format!("Your token was not accepted: {error}."))
            .challenged(&challenge().error("invalid_token", error))
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    NoToken,
    ManyHeaders,
}

impl Problem {
    fn failure(self, challenge: Challenge) -> Failure {
        match self {
            // Without a token there is no error to speak of (RFC 6750 section 3.1).
            Self::NoToken => {
                let message = "Sign in first: send your token as \"Authorization: Bearer …\".";
                Failure::new(StatusCode::UNAUTHORIZED, "unauthenticated", message).challenged(&challenge)
            }
            Self::ManyHeaders => {
                let message = "Send exactly one Authorization header.";
                let challenge = challenge.error("invalid_request", "more than one Authorization header");
                Failure::new(StatusCode::BAD_REQUEST, "invalid_request", message).challenged(&challenge)
            }
        }
    }
}

/// The token: only from the header, only the Bearer scheme (RFC 6750 section 2.1; RFC 9110 section 11.1 for its case).
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let header = all.next().ok_or(Problem::NoToken)?;
    if all.next().is_some() {
        return Err(Problem::ManyHeaders);
    }
    let (scheme, token) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Problem::NoToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::NoToken);
    }
    Ok(token.trim_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_challenge() {
        let scopes = ["a\"b", "c\\d", "e\r\nf", "ü"].map(str::to_owned).into();
        let challenge = Challenge::insufficient_scope("https://x/\"", &scopes);
        assert_eq!(
            challenge.header(),
            "Bearer resource_metadata=\"https://x/\\\"\", error=\"insufficient_scope\", \
             error_description=\"the token lacks a scope that this needs\", scope=\"a\\\"b c\\\\d e??f ?\""
        );
    }
}
