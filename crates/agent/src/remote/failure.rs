use std::time::Duration;

use genai::{Error, webc};
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use secrecy::{ExposeSecret, SecretString};

use crate::{AskError, Failure};

/// Longest part of a provider's words that goes to the log, in characters.
const WORDS_CHARS_MAX: usize = 500;
/// Longest wait that a provider can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// What a provider did instead of answering: a sentence for the user, and for the log its own words without the key.
/// The conversation is in neither.
pub(super) fn of(error: Error, key: Option<&SecretString>) -> AskError {
    let retry_after = retry_after(&error);
    let words = words(&error, key);
    let failure = |sentence| Failure::new(sentence, words).with_retry_after(retry_after);
    let Some(status) = error.status() else {
        return match error {
            Error::WebModelCall { webc_error: webc::Error::Reqwest(_), .. } => AskError::ModelUnavailable(failure(
                "The language model cannot be reached right now. Try again in a moment.",
            )),
            _ => AskError::ModelRefused(failure("The language model answered something that cannot be read.")),
        };
    };
    match status.as_u16() {
        401 | 403 => AskError::ModelRefused(failure(
            "The language model does not accept this server's API key. Its operator has to look at that.",
        )),
        404 => AskError::ModelRefused(failure(
            "The language model that is configured is not known at its address. The operator has to look at that.",
        )),
        402 => AskError::ModelRefused(failure(
            "The language model's provider wants to be paid first. The operator has to look at that.",
        )),
        429 => AskError::ModelUnavailable(failure(
            "The language model is busy or its quota is used up. Try again in a moment.",
        )),
        408 | 500.. => AskError::ModelUnavailable(failure(
            "The language model's provider has a problem right now. Try again in a moment.",
        )),
        400 | 413 | 422 => AskError::ModelRefused(failure(
            "The language model did not take the request; it may be too long. Ask for less, or begin a new conversation.",
        )),
        _ => AskError::ModelRefused(failure("The language model refused the request.")),
    }
}

fn retry_after(error: &Error) -> Option<Duration> {
    let seconds = error.headers()?.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

fn words(error: &Error, key: Option<&SecretString>) -> String {
    let (status, words) = match error {
        Error::WebModelCall { webc_error, .. } | Error::WebAdapterCall { webc_error, .. } => match webc_error {
            webc::Error::ResponseFailedStatus { status, body, .. } => (Some(*status), body.clone()),
            webc::Error::ResponseFailedNotJson { content_type, .. } => {
                (None, format!("an answer of type {content_type:?}"))
            }
            webc::Error::ResponseFailedInvalidJson { cause, .. } => {
                (None, format!("an answer that is not JSON: {cause}"))
            }
            webc::Error::Reqwest(error) => (error.status(), chain(error)),
            webc::Error::JsonValueExt(error) => (None, error.to_string()),
        },
        Error::HttpError { status, body, .. } => (Some(*status), body.clone()),
        // Its display holds the whole conversation.
        Error::ChatResponseGeneration { cause, .. } => (None, format!("an answer of an unknown shape: {cause}")),
        other => (None, other.to_string()),
    };
    // A provider may repeat the key that it does not like.
    let words = match key.map(ExposeSecret::expose_secret) {
        Some(key) => words.replace(key, "[key]"),
        None => words,
    };
    let short: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS_CHARS_MAX).collect();
    match status {
        Some(status) => format!("{}: {short}", reason(status)),
        None => short,
    }
}

fn reason(status: StatusCode) -> String {
    format!("HTTP status {}", status.as_u16())
}

/// An error and its causes, without the address: that may hold a password.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = vec![if error.is_timeout() {
        "timed out".to_owned()
    } else if error.is_connect() {
        "cannot connect".to_owned()
    } else {
        "the connection failed".to_owned()
    }];
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes.join(": ")
}
