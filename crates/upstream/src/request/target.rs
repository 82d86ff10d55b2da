use connector::{Error, ErrorKind, Result};
use http::Uri;
use reqwest::Url;

use super::climb::climbs;
use super::encode::{is_encoded, is_query, is_segment};
use crate::Origin;

/// The longest address that is sent. Servers of the field take 8,000 bytes and more (RFC 9110 section 4.1).
const URL_BYTES_MAX: usize = 16 * 1024;

/// The one place where an address is put together. What both parsers on the way to the wire (the URL's and the
/// request line's) read from it must be byte for byte what was written; a difference is somebody's attempt.
pub(crate) fn target(origin: &Origin, path: &str, query: &str) -> Result<Url> {
    let refused = || Error::invalid("An argument would change where the call goes. Give a plain value.");
    let is_path = path.is_empty() || path.starts_with('/');
    let is_clean = is_encoded(path, |byte| is_segment(byte) || byte == b'/') && is_encoded(query, is_query);
    if !is_path || !is_clean || path.split('/').any(climbs) {
        return Err(refused());
    }
    let mut text = format!("{}{path}", origin.base());
    if text.len() + query.len() > URL_BYTES_MAX {
        let message = format!("The call's address would be longer than {URL_BYTES_MAX} bytes. Ask for less at once.");
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    if origin.url().path() == "/" && path.is_empty() {
        text.push('/');
    }
    if !query.is_empty() {
        text.push('?');
        // The URL standard writes this one encoded in a query, RFC 3986 leaves it.
        text.push_str(&query.replace('\'', "%27"));
    }
    let url = Url::parse(&text).map_err(|_| refused())?;
    let line = text.parse::<Uri>().map_err(|_| refused())?;
    let wanted = origin.url();
    let same_url = url.as_str() == text && origin.holds(&url) && url.fragment().is_none();
    let authority = wanted.port().map_or_else(|| origin.host().to_owned(), |port| format!("{}:{port}", origin.host()));
    let same_line = line.authority().is_some_and(|found| found.as_str() == authority)
        && line.scheme_str() == Some(wanted.scheme())
        && line.path() == url.path()
        && line.query() == url.query();
    if same_url && same_line { Ok(url) } else { Err(refused()) }
}
