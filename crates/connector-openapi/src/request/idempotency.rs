//! Keys that make a call repeatable (draft-ietf-httpapi-idempotency-key-header; many APIs' own names for it).

use aws_lc_rs::rand;
use connector::{Error, Result};
use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::api::{Operation, Parameter, Place};

const NAMES: [&str; 5] =
    ["idempotency-key", "x-idempotency-key", "idempotence-key", "x-idempotency-token", "paypal-request-id"];

/// Whether the parameter is such a key. It need not be given: one is made.
pub(crate) fn is_key(parameter: &Parameter) -> bool {
    parameter.place == Place::Header && NAMES.iter().any(|name| name.eq_ignore_ascii_case(&parameter.name))
}

/// Adds a key where the operation takes one and the caller gave none. `true` where the request carries one.
pub(super) fn ensure(headers: &mut HeaderMap, operation: &Operation) -> Result<bool> {
    let Some(parameter) = operation.parameters.iter().find(|parameter| is_key(parameter)) else { return Ok(false) };
    let name = HeaderName::from_bytes(parameter.name.as_bytes()).map_err(Error::internal)?;
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::try_from(uuid()?).map_err(Error::internal)?);
    }
    Ok(true)
}

/// A random UUID (RFC 9562 section 5.4).
fn uuid() -> Result<String> {
    let mut bytes = [0_u8; 16];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no random bytes"))?;
    let number = u128::from_be_bytes(bytes) & !(0xF << 76) | (0x4 << 76);
    let number = number & !(0x3 << 62) | (0x2 << 62);
    let hex = format!("{number:032x}");
    let pieces =
        [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)].map(|(from, to)| hex.get(from..to).unwrap_or_default());
    Ok(pieces.join("-"))
}
