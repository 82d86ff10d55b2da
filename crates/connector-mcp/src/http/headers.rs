use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::wire::{Ask, MODERN};

const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// What every request has.
pub(super) fn common() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    headers
}

/// Those of the stateless revision (2026-07-28, basic/transports, "Request Headers").
pub(super) fn modern(method: &str, ask: &Ask<'_>) -> HeaderMap {
    let mut headers = common();
    headers.insert(VERSION, HeaderValue::from_static(MODERN));
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(&encoded(value)) {
            headers.insert(name, value);
        }
    };
    set(METHOD, method);
    if let Some(name) = &ask.name {
        set(NAME, name);
    }
    for (name, value) in &ask.headers {
        if let Ok(name) = HeaderName::try_from(format!("mcp-param-{name}")) {
            set(name, value);
        }
    }
    headers
}

/// Those of a session.
pub(super) fn session(version: Option<&str>, id: Option<&str>) -> HeaderMap {
    let mut headers = common();
    let pairs = [(VERSION, version), (SESSION, id)];
    for (name, value) in pairs {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

/// The id that a server gives a session.
pub(super) fn session_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(SESSION)?.to_str().ok()?;
    (id.len() <= 1024 && id.bytes().all(|byte| byte.is_ascii_graphic())).then(|| id.to_owned())
}

/// A value as a header carries it: plain where it can be, else in Base64 (SEP-2243).
fn encoded(value: &str) -> String {
    let is_plain = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let is_bare = value.trim() == value && !(value.starts_with("=?base64?") && value.ends_with("?="));
    if is_plain && is_bare && !value.is_empty() {
        value.to_owned()
    } else {
        format!("=?base64?{}?=", STANDARD.encode(value))
    }
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn what_no_header_carries_is_encoded() {
        assert_eq!(encoded("us-west1"), "us-west1");
        assert_eq!(encoded("Zürich"), "=?base64?WsO8cmljaA==?=");
        assert_eq!(encoded(" a"), "=?base64?IGE=?=");
        assert_eq!(encoded("a\nb"), "=?base64?YQpi?=");
        assert_eq!(encoded("=?base64?YQ==?="), "=?base64?PT9iYXNlNjQ/WVE9PT89?=");
    }
}
