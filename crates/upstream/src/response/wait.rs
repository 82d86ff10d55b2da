use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// No upstream means more seconds than this, and a clock has no end to add them to.
const MAX: u64 = u32::MAX as u64;

/// How long the upstream asks to be left alone: seconds, or a date (RFC 9110 section 10.2.3), which is read by the
/// upstream's own clock where it tells it.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().map_or(MAX, |seconds: u64| seconds.min(MAX))));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    Some(until.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default())
}
