//! Status codes (grpc.github.io/grpc/core/md_doc_statuscodes.html) as what they mean to a caller.

use std::time::Duration;

use connector::{Error, ErrorKind};
use tonic::{Code, Status};
use upstream::Request;

use super::said;

const DONE: &str = " Whether it did what was asked is not known: look before you try again.";

/// What a status of the service means: a code and a sentence, with the service's own words where they are meant for its
/// caller, cut and cleaned. Its UNAUTHENTICATED and PERMISSION_DENIED are not ours: the user is signed in here.
pub(super) fn error(status: &Status, request: &Request, is_harmless: bool) -> Error {
    let (kind, sentence) = meaning(status, request.has_credential());
    let is_unknown = matches!(
        status.code(),
        Code::Cancelled | Code::Unknown | Code::DeadlineExceeded | Code::Internal | Code::Unavailable | Code::DataLoss
    );
    let done = if is_unknown && !is_harmless { DONE } else { "" };
    let is_quoted = matches!(
        status.code(),
        Code::InvalidArgument
            | Code::OutOfRange
            | Code::AlreadyExists
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::PermissionDenied
            | Code::ResourceExhausted
    );
    let said = if is_quoted { said::said(status, request) } else { None };
    let said = said.map(|said| format!(" It says: “{said}”")).unwrap_or_default();
    let source = format!("{:?}: {}", status.code(), status.message());
    let error = Error::new(kind, format!("{sentence}{done}{said}")).with_source(source);
    match pushback(status) {
        Some(after) if kind.retryable() => error.with_retry_after(after),
        _ => error,
    }
}

/// A stream that broke off after it had begun.
pub(super) fn broken(status: &Status) -> Error {
    let message = format!("The service broke off after its first messages.{DONE}");
    Error::new(ErrorKind::Unavailable, message).with_source(format!("{:?}: {}", status.code(), status.message()))
}

/// The time for the call was used up here.
pub(super) fn late() -> Error {
    let message = "The service did not answer in time. Whether it did what was asked is not known: look before you try \
                   again, or ask for less at once.";
    Error::new(ErrorKind::Timeout, message)
}

fn meaning(status: &Status, has_credential: bool) -> (ErrorKind, &'static str) {
    match status.code() {
        Code::InvalidArgument => (ErrorKind::InvalidArgument, "The service does not take these arguments."),
        // Made here as well, where an answer is larger than `http.answer_bytes_max`.
        Code::OutOfRange if is_too_large(status) => {
            (ErrorKind::LimitExceeded, "The service's answer is larger than is read. Ask for less.")
        }
        Code::OutOfRange => (ErrorKind::InvalidArgument, "An argument is out of the range that the service has."),
        Code::NotFound => (ErrorKind::NotFound, "The service has no such item."),
        Code::AlreadyExists => (ErrorKind::Conflict, "The service has that already."),
        Code::FailedPrecondition => (ErrorKind::Conflict, "The service is not in the state that this call needs."),
        Code::Aborted => (ErrorKind::Conflict, "It clashed with another call at the service."),
        Code::PermissionDenied if has_credential => {
            (ErrorKind::PermissionDenied, "The service does not allow this with the credential that is kept for you.")
        }
        Code::PermissionDenied => (ErrorKind::PermissionDenied, "The service does not allow this."),
        Code::Unauthenticated if has_credential => (
            ErrorKind::PermissionDenied,
            "The service refused the credential that is kept for you. Renew it there and set it here again.",
        ),
        Code::Unauthenticated => (
            ErrorKind::PermissionDenied,
            "The service asks for a credential, and none is sent for you. Its operator has to configure one.",
        ),
        Code::ResourceExhausted => {
            (ErrorKind::RateLimited, "The service takes no more for now: a quota, or its room. Wait, then try again.")
        }
        Code::Unimplemented => (ErrorKind::Unsupported, "The service cannot do this."),
        Code::DeadlineExceeded => (ErrorKind::Timeout, "The service did not answer in time."),
        Code::Cancelled if status.message() == "Timeout expired" => {
            (ErrorKind::Timeout, "The service did not answer in time.")
        }
        Code::Cancelled => (ErrorKind::Unavailable, "The service gave the call up."),
        Code::Unavailable => (ErrorKind::Unavailable, "The service is not available right now. Try again in a moment."),
        Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => (ErrorKind::Unavailable, "The service failed."),
    }
}

fn is_too_large(status: &Status) -> bool {
    status.message().starts_with("Error, decoded message length too large")
}

/// How long the service asks to be left alone (gRFC A6).
fn pushback(status: &Status) -> Option<Duration> {
    let text = status.metadata().get("grpc-retry-pushback-ms")?.to_str().ok()?;
    let wait: u32 = text.parse().ok()?;
    Some(Duration::from_millis(wait.into()))
}
