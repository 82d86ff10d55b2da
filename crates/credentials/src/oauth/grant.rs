use connector::{Error, Result};
use http::StatusCode;
use secrecy::SecretSlice;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use upstream::Secret;

/// What an authorization server granted, as it is kept in the store.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// In seconds since 1970-01-01 UTC.
    pub(crate) expires_at_s: Option<u64>,
    pub(crate) scope: Option<String>,
    pub(crate) id_token: Option<Secret>,
    /// Names the authorization server that gave it, and the client there.
    pub(crate) server: Option<String>,
}

/// Why a token endpoint gave nothing.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The code or refresh token is not good, or no more (`invalid_grant`, RFC 6749 section 5.2).
    Grant,
    /// Anything else: it is away, or this client is not what it expects.
    Other(Error),
}

#[derive(Serialize, Deserialize)]
struct Kept {
    access_token: String,
    refresh_token: Option<String>,
    expires_at_s: Option<u64>,
    scope: Option<String>,
    #[serde(default)]
    server: Option<String>,
}

impl Grant {
    /// Reads a token endpoint's answer (RFC 6749 section 5). Nothing of it but the error's code is told to anyone.
    pub(super) fn read(status: StatusCode, answer: &Map<String, Value>, now_s: u64) -> Result<Self, Refused> {
        let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let other = |why: String| Refused::Other(Error::unavailable(why));
        if !status.is_success() || answer.contains_key("error") {
            return match text("error") {
                Some("invalid_grant") => Err(Refused::Grant),
                Some(code) => Err(other(format!("the token endpoint answers {status}: {}", plain(code)))),
                None => Err(other(format!("the token endpoint answers {status}"))),
            };
        }
        let bearer = text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let Some(access_token) = text("access_token").filter(|_| bearer) else {
            return Err(other("the token endpoint gave no bearer token".into()));
        };
        let lives_s =
            answer.get("expires_in").and_then(|lives| lives.as_u64().or_else(|| lives.as_str()?.parse().ok()));
        let secret = |name: &str| text(name).map(|text| Secret::from(text.to_owned()));
        Ok(Self {
            access_token: access_token.to_owned().into(),
            refresh_token: secret("refresh_token"),
            expires_at_s: lives_s.map(|lives_s| now_s.saturating_add(lives_s)),
            scope: text("scope").map(str::to_owned),
            id_token: secret("id_token"),
            server: None,
        })
    }

    /// As it is kept. What an ID token says is not.
    pub(crate) fn to_json(&self) -> SecretSlice<u8> {
        let kept = Kept {
            access_token: self.access_token.expose().to_owned(),
            refresh_token: self.refresh_token.as_ref().map(|token| token.expose().to_owned()),
            expires_at_s: self.expires_at_s,
            scope: self.scope.clone(),
            server: self.server.clone(),
        };
        serde_json::to_vec(&kept).unwrap_or_default().into()
    }

    pub(crate) fn from_json(text: &[u8]) -> Option<Self> {
        let Kept { access_token, refresh_token, expires_at_s, scope, server } = serde_json::from_slice(text).ok()?;
        let refresh_token = refresh_token.map(Secret::from);
        Some(Self { access_token: access_token.into(), refresh_token, expires_at_s, scope, id_token: None, server })
    }

    /// Whether that server gave it. One that was kept before this was noted counts until it is refreshed.
    pub(crate) fn is_of(&self, server: &str) -> bool {
        self.server.as_deref().is_none_or(|own| own == server)
    }

    /// Whether it is good for at least `more_s` seconds more. A server that does not say how long is asked again only
    /// when an upstream refuses the token.
    pub(crate) fn is_good(&self, now_s: u64, more_s: u64) -> bool {
        self.expires_at_s.is_none_or(|expires_at_s| now_s.saturating_add(more_s) < expires_at_s)
    }
}

/// A code of an error, for the log: its characters are those of RFC 6749 section 5.2.
fn plain(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect()
}
