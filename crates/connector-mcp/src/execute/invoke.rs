use connector::{Invoke, Outcome, Result};
use serde_json::Map;

use super::{Calls, content, params, round};
use crate::catalog::Tool;
use crate::wire::Ask;

/// Calls a tool.
pub(crate) async fn invoke(calls: &Calls<'_>, tool: &Tool, invoke: &Invoke) -> Result<Outcome> {
    let mut arguments = invoke.input.clone();
    tool.tied.fill(&calls.whose.identity, calls.caller, &tool.input, &mut arguments)?;
    let headers = params::headers(&tool.input, &arguments);
    let mut params =
        Map::from_iter([("name".to_owned(), invoke.action.clone().into()), ("arguments".to_owned(), arguments.into())]);
    round::answer(&mut params, invoke.answers.as_ref());
    let ask = Ask { method: "tools/call", params, name: Some(invoke.action.clone()), headers, ..Ask::default() };
    let result = calls.ask(&tool.tied.tie, ask).await?.map_err(|failure| failure.into_error("the server's tools"))?;
    match round::asked(&result)? {
        Some(asked) => Ok(asked),
        None => content::outcome(result, calls.context.result_bytes_max),
    }
}
