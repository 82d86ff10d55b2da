use connector::{Error, ErrorKind, Outcome, Recite, Result};
use serde_json::{Map, Value, json};

use super::{Calls, content, round};
use crate::catalog::Recited;
use crate::read::lines;
use crate::wire::Ask;

/// Fills in a prompt.
pub(crate) async fn recite(calls: &Calls<'_>, prompt: &Recited, recite: &Recite) -> Result<Outcome> {
    let mut arguments = recite.arguments.clone();
    prompt.tied.fill(&calls.whose.identity, calls.caller, &prompt.input, &mut arguments)?;
    let mut params =
        Map::from_iter([("name".to_owned(), recite.prompt.clone().into()), ("arguments".to_owned(), arguments.into())]);
    round::answer(&mut params, recite.answers.as_ref());
    let ask = Ask { name: Some(recite.prompt.clone()), ..Ask::look("prompts/get", params) };
    let result =
        calls.ask(&prompt.tied.tie, ask).await?.map_err(|failure| failure.into_error("the server's prompts"))?;
    if let Some(asked) = round::asked(&result)? {
        return Ok(asked);
    }
    let all = result.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
    let count = all.len();
    let fit = |message: &Value| {
        matches!(message.get("role").and_then(Value::as_str), Some("user" | "assistant"))
            && message.get("content").is_some_and(content::is_block)
    };
    let messages: Vec<Value> = all.into_iter().filter(fit).collect();
    let left_out = count - messages.len();
    let mut data = json!({"messages": messages});
    if let (Some(description), Some(data)) = (result.get("description").and_then(Value::as_str), data.as_object_mut()) {
        data.insert("description".into(), lines(description).into());
    }
    if data.to_string().len() > calls.context.result_bytes_max {
        return Err(Error::new(ErrorKind::LimitExceeded, "The prompt is larger than is passed on."));
    }
    let mut outcome = Outcome::of(&data)?;
    if left_out > 0 {
        outcome
            .notices
            .push(format!("{left_out} of the prompt's messages are not what the protocol knows, and were left out."));
    }
    Ok(outcome)
}
