use std::error::Error;
use std::io;

use connector::{Error as Refusal, ErrorKind};
use tonic::{Code, ConnectError, Status, TimeoutExpired};

/// A call that got no answer from the server: why, and how far it had come.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) error: Refusal,
    /// Nothing of the call left: it may be tried again.
    pub(crate) is_unsent: bool,
    /// Trying again would not help: a certificate, an address that is not called.
    pub(crate) is_final: bool,
}

/// What a status says that was made here, because the connection failed. `None` where the server itself answered.
pub(crate) fn lost(status: &Status) -> Option<Lost> {
    status.source()?;
    let causes = || std::iter::successors(status.source(), |cause| inner(*cause));
    if causes().any(|cause| cause.is::<ConnectError>()) {
        return Some(unconnected(&causes().map(ToString::to_string).collect::<Vec<_>>(), kind(causes())));
    }
    let says = |words: &str| causes().any(|cause| cause.to_string().contains(words));
    // A server that refuses the stream (RFC 9113 section 8.7) says that it did nothing with it; what the connection's
    // end found still waiting never left.
    if says("refused stream") || says("operation was canceled") {
        return Some(Lost { error: away(), is_unsent: true, is_final: false });
    }
    // The time was used up, or an answer was larger than it may be: not the connection's fault.
    let is_ours = causes().any(|cause| cause.is::<TimeoutExpired>())
        || matches!(status.code(), Code::DeadlineExceeded | Code::OutOfRange | Code::ResourceExhausted);
    if is_ours {
        return None;
    }
    let error = Refusal::new(
        ErrorKind::Unavailable,
        "The service broke off before it had answered. Whether it did what was asked is not known: look before you try \
         again.",
    );
    Some(Lost { error: error.with_source(status.to_string()), is_unsent: false, is_final: false })
}

fn unconnected(causes: &[String], kind: Option<io::ErrorKind>) -> Lost {
    let is_certificate = |text: &&String| text.contains("invalid peer certificate");
    let (error, is_final) = if let Some(text) = causes.iter().find(is_certificate) {
        let message = format!(
            "The service's certificate cannot be trusted: {}. Its operator has to renew it, or `http.ca` of this \
             resource has to name the authority that signed it.",
            reason(&text.to_lowercase())
        );
        (Refusal::new(ErrorKind::Unavailable, message), true)
    } else if kind == Some(io::ErrorKind::PermissionDenied)
        || causes.iter().any(|text| text.contains("private address"))
    {
        let message = "The service's name leads to a private address, which is not called unless \
                       `http.allow_addresses` of this resource names it.";
        (Refusal::new(ErrorKind::PermissionDenied, message), true)
    } else {
        (away(), false)
    };
    Lost { error: error.with_source(causes.join(": ")), is_unsent: true, is_final }
}

fn away() -> Refusal {
    Refusal::new(
        ErrorKind::Unavailable,
        "The service cannot be reached right now. Nothing was sent; try again in a moment.",
    )
}

fn reason(text: &str) -> &'static str {
    let known = [
        ("expired", "it has expired"),
        ("notvalidyet", "it is not valid yet"),
        ("not valid yet", "it is not valid yet"),
        ("not valid for name", "it is for another name"),
        ("notvalidforname", "it is for another name"),
        ("revoked", "it was revoked"),
        ("unknownissuer", "an unknown authority signed it"),
    ];
    known.iter().find(|(word, _)| text.contains(word)).map_or("it is not a valid one", |(_, reason)| reason)
}

/// The next cause, those inside I/O errors too.
fn inner<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let within = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    within.map(|within| within as &(dyn Error + 'static)).or_else(|| cause.source())
}

fn kind<'a>(mut causes: impl Iterator<Item = &'a (dyn Error + 'static)>) -> Option<io::ErrorKind> {
    causes.find_map(|cause| cause.downcast_ref::<io::Error>().map(io::Error::kind))
}
