//! From an upstream's answer to an outcome.

mod charset;
mod content;
mod cut;
mod empty;
mod file;
mod json;

use connector::{Context, Outcome, Result};
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use upstream::Response;

use crate::api::{Operation, Place};

/// What a caller is told.
pub(crate) fn outcome(operation: &Operation, response: Response, context: &Context) -> Result<Outcome> {
    if response.status == StatusCode::NOT_MODIFIED {
        let notices = vec!["Nothing has changed since the version that was named.".to_owned()];
        return Ok(Outcome { notices, ..Outcome::default() });
    }
    if let Some(error) = response.error() {
        return Err(error);
    }
    let is_accepted = response.status == StatusCode::ACCEPTED;
    let mut outcome = match response.body.is_empty() || operation.method == Method::HEAD {
        true => empty::outcome(operation, &response.headers)?,
        false => content::outcome(operation, &response, context.result_bytes_max)?,
    };
    if is_accepted {
        outcome.notices.push("The API has accepted this and may still be working on it.".to_owned());
    }
    if let Some(tag) = text(&response.headers, header::ETAG).filter(|_| takes_tags(operation) && outcome.data.is_some())
    {
        outcome.notices.push(format!("This version's tag, for If-Match: {tag}"));
    }
    Ok(outcome)
}

fn takes_tags(operation: &Operation) -> bool {
    operation.parameters.iter().any(|parameter| {
        parameter.place == Place::Header
            && ["if-match", "if-none-match"].iter().any(|name| name.eq_ignore_ascii_case(&parameter.name))
    })
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    const CHARS_MAX: usize = 1024;
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty() && value.len() <= CHARS_MAX).then(|| value.to_owned())
}

#[cfg(test)]
mod tests;
