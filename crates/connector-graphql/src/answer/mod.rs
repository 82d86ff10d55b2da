//! From an API's answer to an outcome (GraphQL section 7, GraphQL over HTTP section 6).

mod fault;
mod page;

use connector::{Context, Error, ErrorKind, Outcome, Result};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use upstream::Response;

use crate::action::{Action, Body};
use fault::Fault;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Option<Box<RawValue>>,
    #[serde(default)]
    errors: Option<Vec<Value>>,
}

/// Whether an answer says that the credential was not taken.
pub(crate) fn is_refused(action: &Action, response: &Response) -> bool {
    if response.status == http::StatusCode::UNAUTHORIZED {
        // Some servers give the whole answer the status of one field's error: then execution had begun.
        let has_begun = |answer: Answer| {
            let mut faults = answer.errors.iter().flatten().filter_map(Fault::read);
            answer.data.is_some() || faults.any(|fault| fault.is_of_a_field())
        };
        return !(action.is_mutation && read(response).is_some_and(has_begun));
    }
    // Most answers need not be read twice for this.
    let word = fault::UNAUTHENTICATED.as_bytes();
    if !response.body.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word)) {
        return false;
    }
    read(response).is_some_and(|answer| {
        let said = answer.errors.unwrap_or_default();
        said.iter().filter_map(Fault::read).any(|fault| fault.is_unauthenticated())
    })
}

/// What a caller is told. Data with errors beside it is data with notices; without data it is a failure.
pub(crate) fn outcome(action: &Action, response: &Response, context: &Context) -> Result<Outcome> {
    let answer = if response.cut { None } else { read(response) };
    let Some(answer) = answer else { return Err(response.error().unwrap_or_else(|| foreign(action, response))) };
    let faults: Vec<Fault> = answer.errors.iter().flatten().filter_map(Fault::read).collect();
    let data = match &answer.data {
        Some(data) => unwrapped(action, data)?,
        None => None,
    };
    let Some(data) = data else {
        // A status of the API's gateway says more than an error without a code.
        // But a mutation whose answer has the status of one field's error was let in.
        let is_let_in = action.is_mutation && response.status == http::StatusCode::UNAUTHORIZED;
        let is_told = faults.iter().any(|fault| fault.has_kind() || is_let_in && fault.is_of_a_field());
        return match (fault::error(action, &faults, response), response.error()) {
            (_, Some(error)) if !is_told => Err(error),
            (Some(error), _) => Err(error),
            (None, Some(error)) => Err(error),
            (None, None) => nothing(),
        };
    };
    let mut outcome = shown(&data, context)?;
    outcome.notices.extend(fault::notices(&faults, response));
    Ok(outcome)
}

fn read(response: &Response) -> Option<Answer> {
    let answer = serde_json::from_slice::<Answer>(&response.body).ok()?;
    (answer.data.is_some() || answer.errors.is_some()).then_some(answer)
}

/// What stands under the one field that was asked for. Of a declared operation with several, all of it. `None` where it is
/// null: nothing at all.
fn unwrapped(action: &Action, data: &RawValue) -> Result<Option<Box<RawValue>>> {
    let unreadable = |error: serde_json::Error| {
        let done = if action.is_mutation { fault::DONE } else { "" };
        Error::new(ErrorKind::Unavailable, format!("The API's answer cannot be read.{done}")).with_source(error)
    };
    let fields: IndexMap<String, Box<RawValue>> = serde_json::from_str(data.get()).map_err(unreadable)?;
    // What a client could not read is not passed on: nested too deeply, half a character.
    serde_json::from_str::<Value>(data.get()).map_err(unreadable)?;
    let is_null = |value: &RawValue| value.get() == "null";
    match &action.body {
        Body::Declared { roots, .. } if roots.len() != 1 => {
            Ok((!fields.values().all(|it| is_null(it))).then(|| data.to_owned()))
        }
        _ => Ok(fields.into_values().next().filter(|it| !is_null(it))),
    }
}

/// Neither data nor errors.
fn nothing() -> Result<Outcome> {
    let mut outcome = Outcome::of(&Value::Null)?;
    outcome.notices.push("The API has nothing there.".into());
    Ok(outcome)
}

fn shown(data: &RawValue, context: &Context) -> Result<Outcome> {
    let bytes_max = context.result_bytes_max;
    if data.get().len() <= bytes_max {
        let mut outcome = Outcome { data: Some(data.to_owned()), ..Outcome::default() };
        page::tell(&mut outcome, data);
        return Ok(outcome);
    }
    let text = connector::cut(data.get(), bytes_max).unwrap_or_else(|| "null".into());
    let notices = vec![format!(
        "The answer is larger than {bytes_max} bytes: the rest of it is missing. Ask for less, by `fields` or a smaller page."
    )];
    let data = RawValue::from_string(text).map_err(Error::internal)?;
    Ok(Outcome { data: Some(data), has_more: Some(true), notices, ..Outcome::default() })
}

/// An answer that is none of GraphQL's.
fn foreign(action: &Action, response: &Response) -> Error {
    let done = if action.is_mutation { fault::DONE } else { "" };
    if response.cut {
        let message = format!("The API's answer is too large to be read. Ask for less at once.{done}");
        return Error::new(ErrorKind::LimitExceeded, message);
    }
    Error::new(ErrorKind::Unavailable, format!("What answers there does not speak GraphQL.{done}"))
}
