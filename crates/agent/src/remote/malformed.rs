//! Tool calls whose arguments are not JSON. `genai` gives up on the whole answer; the model is told instead, so that
//! it can correct itself.

use genai::Error;
use serde_json::Value;

use super::convert;
use crate::Usage;
use crate::model::{Said, ToolCall};

/// The step that such an answer holds; none where the answer cannot be read at all.
pub(super) fn read(error: &Error) -> Option<Said> {
    let Error::ChatResponseGeneration { response_body, .. } = error else { return None };
    let (text, calls) = completions(response_body).or_else(|| responses(response_body))?;
    if calls.is_empty() {
        return None;
    }
    let own = Some(convert::echo(text.as_deref(), &calls));
    Some(Said { text, calls, own, usage: usage(response_body), cut: false })
}

/// The chat completions protocol: `choices[0].message.tool_calls`.
fn completions(body: &Value) -> Option<(Option<String>, Vec<ToolCall>)> {
    let message = body.pointer("/choices/0/message")?;
    let text = message.get("content").and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten().enumerate();
    let calls = calls.filter_map(|(at, call)| {
        let function = call.get("function")?;
        self::call(call.get("id"), at, function.get("name")?, function.get("arguments"))
    });
    Some((text, calls.collect()))
}

/// The responses protocol: `output[]` with `type` = `function_call`.
fn responses(body: &Value) -> Option<(Option<String>, Vec<ToolCall>)> {
    let output = body.get("output")?.as_array()?;
    let calls = output.iter().filter(|item| item.get("type").and_then(Value::as_str) == Some("function_call"));
    let calls = calls.enumerate();
    let calls =
        calls.filter_map(|(at, item)| self::call(item.get("call_id"), at, item.get("name")?, item.get("arguments")));
    Some((None, calls.collect()))
}

fn call(id: Option<&Value>, at: usize, name: &Value, arguments: Option<&Value>) -> Option<ToolCall> {
    let arguments = match arguments {
        Some(Value::String(text)) if text.trim().is_empty() => Value::Object(Default::default()),
        // What is no JSON stays the text that it is; the toolbox says what is wrong with it.
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_else(|_| text.clone().into()),
        Some(Value::Null) | None => Value::Object(Default::default()),
        Some(other) => other.clone(),
    };
    let id = id.and_then(Value::as_str).map_or_else(|| format!("call_{at}"), str::to_owned);
    Some(ToolCall { id, tool: name.as_str()?.to_owned(), arguments })
}

fn usage(body: &Value) -> Usage {
    let count = |names: [&str; 2]| {
        let usage = body.get("usage");
        names.iter().find_map(|name| usage?.get(*name)?.as_u64()).unwrap_or(0)
    };
    Usage {
        input_tokens: count(["prompt_tokens", "input_tokens"]),
        output_tokens: count(["completion_tokens", "output_tokens"]),
        model_calls: 1,
    }
}
