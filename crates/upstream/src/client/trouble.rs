//! Why there is no answer, as a sentence.

use std::error::Error as _;

use connector::{Error, ErrorKind};

use super::failure::{Failure, Stage};
use super::names::PrivateAddress;

/// Something was sent, and nobody knows what became of it: the source of such an error.
#[derive(Debug, thiserror::Error)]
#[error("what was asked for may be done")]
struct MayBeDone(#[source] Option<reqwest::Error>);

/// Whether an error of [`Client::send`](crate::Client::send) leaves open whether the upstream did what was asked: the request
/// had left, and no answer came. `false` where nothing was sent.
pub fn may_be_done(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<MayBeDone>() {
            return true;
        }
        source = cause.source();
    }
    false
}

/// What kept an upstream from answering.
pub(crate) fn failure(error: reqwest::Error) -> Failure {
    if causes(&error).any(|cause| cause.is::<PrivateAddress>()) {
        return Failure::refused(private());
    }
    let is_connect = error.is_connect();
    let (kind, message, stage) = if let Some(reason) = certificate(&error) {
        let message = format!(
            "The upstream's certificate cannot be trusted: {reason}. Its operator has to renew it, or `http.ca` of \
             this resource has to name the authority that signed it."
        );
        (ErrorKind::Unavailable, message, Stage::Refused)
    } else if is_connect && error.is_timeout() {
        let message = "No connection to the upstream stood in time. Try again in a moment.";
        (ErrorKind::Timeout, message.to_owned(), Stage::NotSent)
    } else if error.is_dns() {
        let message = "The upstream's name cannot be found right now. Try again in a moment.";
        (ErrorKind::Unavailable, message.to_owned(), Stage::NotSent)
    } else if is_connect {
        let message = "The upstream cannot be reached right now. Try again in a moment.";
        (ErrorKind::Unavailable, message.to_owned(), Stage::NotSent)
    } else {
        return Failure { error: broken().with_source(MayBeDone(Some(error))), stage: Stage::Sent };
    };
    Failure { error: Error::new(kind, message).with_source(error), stage }
}

/// Something was sent, and no answer came.
pub(crate) fn broken() -> Error {
    let message = "The upstream broke off before it had answered. Whether it did what was asked is not known: look \
                   before you try again.";
    Error::new(ErrorKind::Unavailable, message).with_source(MayBeDone(None))
}

/// The time for the call was used up.
pub(crate) fn late() -> Error {
    let message = "The upstream did not answer in time. Whether it did what was asked is not known: look before you \
                   try again, or ask for less at once.";
    Error::new(ErrorKind::Timeout, message).with_source(MayBeDone(None))
}

/// The time was used up while others had their turn.
pub(crate) fn busy() -> Error {
    let message = "Too many calls to the upstream are under way. Nothing was sent; try again in a moment.";
    Error::new(ErrorKind::Unavailable, message)
}

/// The address is one that calls do not go to.
pub(crate) fn private() -> Error {
    let message = "The upstream's name leads to a private address, which is not called unless `http.allow_addresses` \
                   of this resource names it.";
    Error::new(ErrorKind::PermissionDenied, message)
}

/// Why the other side's certificate was refused, in a few words. The TLS library's errors have this text in common.
fn certificate(error: &reqwest::Error) -> Option<&'static str> {
    let text = causes(error).map(ToString::to_string).find(|text| text.contains("invalid peer certificate"))?;
    let text = text.to_lowercase();
    let reasons = [
        ("expired", "it has expired"),
        ("not valid yet", "it is not valid yet"),
        ("notvalidyet", "it is not valid yet"),
        ("not valid for name", "it is for another name"),
        ("notvalidforname", "it is for another name"),
        ("revoked", "it was revoked"),
        ("unknownissuer", "an unknown authority signed it"),
    ];
    let known = reasons.iter().find(|(word, _)| text.contains(word));
    Some(known.map_or("it is not a valid one", |(_, reason)| reason))
}

/// The chain of causes, those inside I/O errors too.
fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |cause| {
        let cause: &'a (dyn std::error::Error + 'static) = *cause;
        let within = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        within.map(|within| within as &(dyn std::error::Error + 'static)).or_else(|| cause.source())
    })
}

/// An error and its causes, for an operator.
pub(crate) fn chain(error: &reqwest::Error) -> String {
    causes(error).fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
