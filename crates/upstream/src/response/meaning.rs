use connector::{Error, ErrorKind};

use super::{Response, retry_after};

const DONE: &str = " Whether it did what was asked is not known: look before you try again.";

impl Response {
    /// What a status outside 2xx means to a caller: a code and a sentence, with what the body says cut and cleaned.
    /// Their 401 and 403 are not ours: the user is signed in here, the upstream refused what was sent for them.
    pub fn error(&self) -> Option<Error> {
        if self.status.is_success() {
            return None;
        }
        let (kind, sentence) = self.meaning();
        let status = self.status.as_u16();
        let is_unknown = matches!(status, 408 | 500..=599) && status != 501;
        let is_open = !self.is_repeatable && (is_unknown || self.is_redirected && status == 401);
        let done = if is_open { DONE } else { "" };
        // To whom something is refused, nobody tells what is there.
        let said = if matches!(status, 401 | 404 | 410) { None } else { self.said() };
        let said = said.map(|said| format!(" It says: “{said}”")).unwrap_or_default();
        let error = Error::new(kind, format!("{sentence}{done}{said}"));
        Some(match retry_after(&self.headers) {
            Some(after) if kind.retryable() => error.with_retry_after(after),
            _ => error,
        })
    }

    fn meaning(&self) -> (ErrorKind, &'static str) {
        let has_credential = !self.secrets.is_empty();
        match self.status.as_u16() {
            401 if has_credential => (
                ErrorKind::PermissionDenied,
                "The upstream refused the credential that is kept for you (401). Renew it there and set it here again.",
            ),
            401 => (
                ErrorKind::PermissionDenied,
                "The upstream asks for a credential (401), and none is sent for you. Its operator has to configure one.",
            ),
            403 if has_credential => (
                ErrorKind::PermissionDenied,
                "The upstream does not allow this with the credential that is kept for you (403).",
            ),
            402 | 403 | 451 => (ErrorKind::PermissionDenied, "The upstream does not allow this."),
            404 | 410 => (ErrorKind::NotFound, "The upstream has no such item."),
            423 => (ErrorKind::Conflict, "The upstream's item is locked (423)."),
            409 => (ErrorKind::Conflict, "It clashes with what the upstream has (409)."),
            412 | 428 => {
                (ErrorKind::Conflict, "The upstream's item is not in the state that the call asks for (precondition).")
            }
            400 | 422 => (ErrorKind::InvalidArgument, "The upstream does not take these arguments."),
            405 | 406 | 415 | 501 => (ErrorKind::Unsupported, "The upstream cannot do this."),
            408 | 504 => (ErrorKind::Timeout, "The upstream did not answer in time."),
            413 | 414 | 431 => {
                (ErrorKind::LimitExceeded, "This is more than the upstream takes at once. Send or ask for less.")
            }
            429 => (ErrorKind::RateLimited, "The upstream takes no more calls for now. Wait, then try again."),
            503 => (ErrorKind::Unavailable, "The upstream is not available right now. Try again in a moment."),
            500..=599 => (ErrorKind::Unavailable, "The upstream failed."),
            300..=399 => (ErrorKind::Unsupported, "The upstream answered with a redirect that leads nowhere."),
            400..=499 => (ErrorKind::Unsupported, "The upstream refused this."),
            _ => (ErrorKind::Unavailable, "The upstream answered with a status that is not known."),
        }
    }
}
