//! What is set in a request beside its operation's own parameters, and what stands there already.

use connector::{Error, ErrorKind, Result};
use http::header::COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};

/// One header with this value and no other of its name. The value is marked so that it is not printed.
pub(crate) fn set_header(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<()> {
    // A receiver takes blanks at the ends away: what is sent would not be what was meant.
    if value.trim() != value || !value.is_ascii() {
        return Err(unfit());
    }
    let mut value = HeaderValue::from_str(value).map_err(|_| unfit())?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

/// One cookie of this name (RFC 6265 section 4.2), whatever the headers had.
pub(crate) fn set_cookie(headers: &mut HeaderMap, name: &str, value: &str) -> Result<()> {
    let is_octet = |byte: u8| matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E);
    if value.is_empty() || !value.bytes().all(is_octet) {
        return Err(unfit());
    }
    let mut all = Vec::new();
    for header in headers.get_all(COOKIE) {
        let text = header.to_str().map_err(|_| unfit())?;
        all.extend(text.split(';').map(str::trim).filter(|pair| !pair.is_empty() && cookie_name(pair) != name));
    }
    let pair = format!("{name}={value}");
    all.push(&pair);
    let joined = all.join("; ");
    set_header(headers, COOKIE, &joined)
}

/// The decoded name of a pair of a query.
pub(crate) fn query_name(pair: &str) -> String {
    decoded(pair.split('=').next().unwrap_or_default())
}

/// The name of a pair of a `Cookie` header.
pub(crate) fn cookie_name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default().trim()
}

/// As a server reads a name or value of a query (URL Standard section 5.1).
pub(crate) fn decoded(text: &str) -> String {
    let (mut bytes, input) = (Vec::with_capacity(text.len()), text.as_bytes());
    let mut at = 0;
    while let Some(&byte) = input.get(at) {
        let hex = |offset: usize| input.get(at + offset).and_then(|digit| char::from(*digit).to_digit(16));
        let (byte, length) = match (byte, hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => (u8::try_from(high * 16 + low).unwrap_or(byte), 3),
            (b'+', ..) => (b' ', 1),
            _ => (byte, 1),
        };
        bytes.push(byte);
        at += length;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What cannot be sent as it is is not sent at all.
fn unfit() -> Error {
    Error::new(
        ErrorKind::PermissionDenied,
        "This call is made with what your token says of you, and that has characters that cannot be sent to this API. Ask \
         this server's operator.",
    )
}
