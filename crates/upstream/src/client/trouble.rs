//! Why there is no answer, as a sentence.

use std::error::Error as _;

use connector::{Error, ErrorKind};

use super::names::PrivateAddress;

/// What kept an upstream from answering.
pub(crate) fn trouble(error: reqwest::Error) -> Error {
    // An address may hold a key in its query.
    let error = error.without_url();
    if is_private(&error) {
        return private();
    }
    if error.is_timeout() {
        return late(error);
    }
    let found = certificate(&error);
    if let Some(reason) = found {
        let message = format!(
            "The API's certificate cannot be trusted: {reason}. Its operator has to renew it, or `http.ca` has to name \
             the authority that signed it."
        );
        return Error::new(ErrorKind::Unavailable, message).with_source(error);
    }
    let message = if error.is_dns() {
        "The API's name cannot be found right now. Try again in a moment."
    } else if error.is_connect() {
        "The API cannot be reached right now. Try again in a moment."
    } else {
        "The API broke off before it had answered. Whether it did what was asked is not known."
    };
    Error::new(ErrorKind::Unavailable, message).with_source(error)
}

/// The time for the call was used up.
pub(crate) fn late(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let message = "The API did not answer in time. Try again, or ask for less at once.";
    Error::new(ErrorKind::Timeout, message).with_source(source)
}

/// The address is one that calls do not go to.
pub(crate) fn private() -> Error {
    let message = "The API's name leads to a private address, which is not called unless `http.allow_addresses` of this \
                   resource names it.";
    Error::new(ErrorKind::PermissionDenied, message)
}

fn is_private(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.is::<PrivateAddress>())
}

/// Why the other side's certificate was refused, in a few words.
fn certificate(error: &reqwest::Error) -> Option<&'static str> {
    let text = causes(error).map(ToString::to_string).find(|text| text.contains("invalid peer certificate"))?;
    let reasons = [
        ("Expired", "it has expired"),
        ("expired", "it has expired"),
        ("NotValidYet", "it is not valid yet"),
        ("not valid for name", "it is for another name"),
        ("NotValidForName", "it is for another name"),
        ("Revoked", "it was revoked"),
        ("UnknownIssuer", "an unknown authority signed it"),
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
