use connector::{Error, ErrorKind};
use http::StatusCode;

use super::{Response, retry_after};

impl Response {
    /// What a status outside 2xx means to a caller: a code and a sentence, with what the body says cut and cleaned.
    /// Their 401 and 403 are not ours: the user is signed in here, the upstream refused what was sent for them.
    pub fn error(&self) -> Option<Error> {
        if self.status.is_success() {
            return None;
        }
        let (kind, sentence) = meaning(self.status);
        let error = Error::new(kind, sentence);
        Some(match retry_after(&self.headers) {
            Some(after) if kind.retryable() => error.with_retry_after(after),
            _ => error,
        })
    }
}

fn meaning(status: StatusCode) -> (ErrorKind, String) {
    let (kind, sentence) = match status.as_u16() {
        401 => (
            ErrorKind::PermissionDenied,
            "The upstream refused the credential that is kept for you (401). Renew it there and set it here again.",
        ),
        403 => (
            ErrorKind::PermissionDenied,
            "The upstream does not allow this with the credential that is kept for you (403).",
        ),
        404 | 410 => (ErrorKind::NotFound, "The upstream has no such item."),
        409 => (ErrorKind::Conflict, "It clashes with what the upstream has (409)."),
        412 | 428 => (ErrorKind::Conflict, "The upstream's item is not in the state that the call asks for (412)."),
        400 | 422 => (ErrorKind::InvalidArgument, "The upstream does not take these arguments."),
        405 | 415 | 501 => (ErrorKind::Unsupported, "The upstream cannot do this."),
        408 | 504 => (ErrorKind::Timeout, "The upstream did not answer in time. Try again, or ask for less at once."),
        413 | 414 | 431 => (ErrorKind::LimitExceeded, "This is more than the upstream takes at once. Send less."),
        429 => (ErrorKind::RateLimited, "The upstream takes no more calls for now. Wait, then try again."),
        500..=599 => (ErrorKind::Unavailable, "The upstream failed. Try again in a moment."),
        300..=399 => (ErrorKind::Unavailable, "The upstream answered with a redirect that leads nowhere."),
        _ => (ErrorKind::Unavailable, "The upstream answered something that is not known here."),
    };
    (kind, sentence.to_owned())
}
