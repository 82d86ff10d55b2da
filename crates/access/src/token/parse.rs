use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::{Algorithm, object::Object};
use crate::TokenError;

/// Header parameters that bring a key along, point at one, or change what is signed. A key that comes with the
/// token proves nothing (RFC 8725 section 3.10), and no extension is understood here (RFC 7515 section 4.1.11).
const REFUSED: [&str; 7] = ["crit", "b64", "jwk", "jku", "x5u", "x5c", "enc"];

/// Longest `kid` that is looked up, in bytes.
const KID_BYTES_MAX: usize = 1024;

/// A token taken apart. Nothing in it is verified yet.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) header: Header,
    pub(crate) claims: Map<String, Value>,
    /// What the signature is over: the first two parts and the dot between them.
    pub(crate) signed: &'a [u8],
    pub(crate) signature: Vec<u8>,
}

/// What counts of a token's header.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    /// `typ` says `at+jwt` (RFC 9068 section 2.1).
    pub(crate) is_typed: bool,
}

/// Whether this is a JSON Web Token in form, so that only its keys can judge it: three parts, the first of them an
/// object. Anything else is opaque.
pub(crate) fn is_jwt(token: &str) -> bool {
    let mut parts = token.split('.');
    let header = parts.next().unwrap_or_default();
    parts.count() == 2 && object(header).is_ok()
}

/// Whether a token has only the characters that one may have (RFC 6750 section 2.1 `b64token`), so that nothing else is
/// passed on.
pub(crate) fn is_bearer_syntax(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

/// Takes apart a JWS in compact form (RFC 7515 section 3.1) whose payload is a JSON object.
pub(crate) fn parse(token: &str) -> Result<Parsed<'_>, TokenError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, claims) = split(signed)?;
    let header = self::header(header)?;
    Ok(Parsed {
        header,
        claims: object(claims)?,
        signed: signed.as_bytes(),
        signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Malformed)?,
    })
}

/// The two parts before the signature. A third among them fails to decode.
pub(crate) fn split(signed: &str) -> Result<(&str, &str), TokenError> {
    signed.split_once('.').ok_or(TokenError::Malformed)
}

/// One part, decoded.
pub(crate) fn object(part: &str) -> Result<Map<String, Value>, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)?;
    let Object(object) = serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)?;
    Ok(object)
}

fn header(part: &str) -> Result<Header, TokenError> {
    let header = object(part)?;
    if REFUSED.iter().any(|name| header.contains_key(*name)) {
        return Err(TokenError::Header);
    }
    let is_typed = match header.get("typ") {
        None => false,
        Some(Value::String(typ)) => is_typed(typ).ok_or(TokenError::Type)?,
        Some(_) => return Err(TokenError::Type),
    };
    let kid = match header.get("kid") {
        None => None,
        Some(Value::String(kid)) if kid.len() <= KID_BYTES_MAX => Some(kid.clone()),
        Some(_) => return Err(TokenError::Header),
    };
    let algorithm = match header.get("alg") {
        Some(Value::String(name)) => Algorithm::from_name(name).ok_or(TokenError::Algorithm)?,
        _ => return Err(TokenError::Malformed),
    };
    Ok(Header { algorithm, kid, is_typed })
}

/// Whether it is `at+jwt` (RFC 9068 section 2.1) and not only `JWT`, as a media type whose `application/` may be left
/// out. Nothing for others, such as `logout+jwt` or `dpop+jwt`, which are signed by the same keys and mean something
/// else (RFC 8725 section 3.11).
fn is_typed(typ: &str) -> Option<bool> {
    let prefix = "application/";
    let short = match typ.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => &typ[prefix.len()..],
        _ => typ,
    };
    match short.to_ascii_lowercase().as_str() {
        "jwt" => Some(false),
        "at+jwt" => Some(true),
        _ => None,
    }
}
