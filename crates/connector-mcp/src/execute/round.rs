use connector::{Answers, Asked, Error, ErrorKind, Outcome, Result};
use serde_json::{Map, Value};

/// The largest round.
const BYTES_MAX: usize = 256 << 10;

/// Adds what an earlier round asked for.
pub(super) fn answer(params: &mut Map<String, Value>, answers: Option<&Answers>) {
    let Some(answers) = answers else { return };
    if !answers.responses.is_empty() {
        params.insert("inputResponses".into(), answers.responses.clone().into());
    }
    if let Some(state) = &answers.state {
        params.insert("requestState".into(), state.clone().into());
    }
}

/// A result that is a question; `None` where it is an answer.
pub(super) fn asked(result: &Map<String, Value>) -> Result<Option<Outcome>> {
    match result.get("resultType").and_then(Value::as_str) {
        None | Some("complete") => return Ok(None),
        Some("input_required") => {}
        Some(_) => {
            let message = "The MCP server answered with something that has to be asked after later, which this server does \
                           not do.";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
    }
    let requests = result.get("inputRequests").and_then(Value::as_object).cloned().unwrap_or_default();
    let state = result.get("requestState").and_then(Value::as_str).map(str::to_owned);
    let size = Value::from(requests.clone()).to_string().len() + state.as_ref().map_or(0, String::len);
    if size > BYTES_MAX {
        return Err(Error::new(ErrorKind::LimitExceeded, "The MCP server asks for more than can be passed on."));
    }
    if requests.is_empty() && state.is_none() {
        return Err(Error::new(ErrorKind::Unsupported, "The MCP server asks for something and does not say what."));
    }
    Ok(Some(Outcome { asked: Some(Asked { requests, state }), ..Outcome::default() }))
}
