//! Header parameters, and cookies.

use std::fmt::Write as _;

use connector::Result;
use http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::encode::Keep;
use super::shape::Shape;
use super::{Given, pairs, refused};
use crate::api::Parameter;

/// Headers that a document cannot make a parameter of. The first three it says itself (OpenAPI 3.1.1 section
/// 4.8.12.1); others belong to the connection or to the credential; the last make another method of the call's own, and
/// so another effect than the one that was permitted.
const NOT_SENT: [&str; 21] = [
    "accept",
    "content-type",
    "authorization",
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// Whether a header parameter goes onto the wire at all. One that does not is not offered either.
pub(crate) fn is_sent(name: &str) -> bool {
    !NOT_SENT.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Style `simple` (RFC 6570 section 3.2.2) without its percent-encoding, which headers do not know (OpenAPI 3.1.1
/// appendix D).
pub(super) fn set(headers: &mut HeaderMap, parameter: &Parameter, value: &Value) -> Result<()> {
    if !is_sent(&parameter.name) {
        return Ok(());
    }
    let text = match &parameter.content {
        Some(_) => ascii(&value.to_string()),
        None => match Shape::of(value) {
            Shape::Undefined => return Ok(()),
            Shape::One(text) => text.into_owned(),
            Shape::Many(items) => items.join(","),
            Shape::Pairs(pairs) => {
                let sign = if parameter.explode { "=" } else { "," };
                let pairs: Vec<_> = pairs.into_iter().map(|(key, value)| format!("{key}{sign}{value}")).collect();
                pairs.join(",")
            }
        },
    };
    let wrong = || refused(&parameter.argument, "goes into a header: it takes plain ASCII text without line breaks.");
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(wrong());
    }
    let name = HeaderName::from_bytes(parameter.name.as_bytes());
    let name = name.map_err(|_| refused(&parameter.argument, "is not the name of a header: leave it out."))?;
    headers.insert(name, HeaderValue::from_bytes(text.as_bytes()).map_err(|_| wrong())?);
    Ok(())
}

/// All cookies in one header (RFC 6265 section 4.2). Style `form`, percent-encoded, with `; ` for the `&` that cookies
/// do not know (OpenAPI 3.1.1 appendix D).
pub(super) fn cookies<'a>(
    headers: &mut HeaderMap,
    given: impl Iterator<Item = Given<'a>>,
    all: impl Iterator<Item = &'a Parameter> + Clone,
) -> Result<()> {
    let mut line = String::new();
    for (parameter, value) in given {
        let json = parameter.content.as_ref().map(|_| Value::String(value.to_string()));
        for pair in pairs::of(&parameter.name, json.as_ref().unwrap_or(value), parameter.style, parameter.explode) {
            let mut others = all.clone().filter(|other| other.name != parameter.name);
            if pair.is_free && others.any(|other| pairs::is_taken(&pair.name, &other.name)) {
                return Err(refused(&parameter.argument, "has a key that is another cookie's name."));
            }
            if !line.is_empty() {
                line.push_str("; ");
            }
            pair.write(&mut line, Keep::Unreserved);
        }
    }
    // Percent-encoded: there is nothing left that a header could not hold.
    if let Ok(line) = HeaderValue::try_from(line)
        && !line.is_empty()
    {
        headers.insert(COOKIE, line);
    }
    Ok(())
}

/// JSON text of the same value in ASCII alone.
fn ascii(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut out, char| {
        if char.is_ascii() {
            out.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        out
    })
}
