use genai::chat::{ChatMessage, ChatRequest, ChatResponse, ContentPart, MessageContent, Tool, ToolResponse};
use serde_json::Value;

use crate::Usage;
use crate::model::{Message, Said, ToolCall, View};
use crate::prompt;

/// The conversation and the tools in `genai`'s words.
pub(super) fn request(view: &View<'_>, system: String) -> ChatRequest {
    let tools = view.tools.iter().map(|tool| {
        Tool::new(tool.name.clone())
            .with_description(tool.description.clone())
            .with_schema(Value::Object((*tool.input_schema).clone()))
    });
    let messages = view.transcript.iter().filter_map(|message| self::message(message, view.limits.result_bytes_max));
    let request = ChatRequest::new(messages.collect()).with_system(system);
    if view.tools.is_empty() { request } else { request.with_tools(tools) }
}

fn message(message: &Message, result_bytes_max: usize) -> Option<ChatMessage> {
    match message {
        Message::User(text) => Some(ChatMessage::user(text.as_str())),
        Message::Assistant { own: Some(own), .. } => Some(own.clone()),
        Message::Assistant { text, own: None } => {
            text.as_deref().filter(|text| !text.trim().is_empty()).map(ChatMessage::assistant)
        }
        Message::Results(results) => {
            let told = results.iter().map(|result| {
                ToolResponse::new(&result.call_id, prompt::tool_result(&result.reply.to_json(), result_bytes_max))
                    .with_fn_name(&result.tool)
            });
            Some(ChatMessage::tool(MessageContent::from_tool_responses(told.collect())))
        }
    }
}

/// A provider's answer as a step of the loop.
pub(super) fn said(response: ChatResponse) -> Said {
    let usage = usage(&response.usage);
    let cut = response.stop_reason.as_ref().is_some_and(|reason| reason.is_max_tokens());
    let text = response.content.joined_texts();
    let calls: Vec<ToolCall> = response
        .content
        .tool_calls()
        .into_iter()
        .map(|call| ToolCall {
            id: call.call_id.clone(),
            tool: call.fn_name.clone(),
            arguments: call.fn_arguments.clone(),
        })
        .collect();
    let own = response.into_assistant_message_for_tool_use();
    Said { text, calls, own, usage, cut }
}

pub(super) fn usage(usage: &genai::chat::Usage) -> Usage {
    let count = |tokens: Option<i32>| tokens.and_then(|tokens| u64::try_from(tokens).ok()).unwrap_or(0);
    Usage { input_tokens: count(usage.prompt_tokens), output_tokens: count(usage.completion_tokens), model_calls: 1 }
}

/// The message that a provider gets back for calls which `genai` could not read. Arguments that are no object go
/// back as an empty one: no provider takes anything else.
pub(super) fn echo(text: Option<&str>, calls: &[ToolCall]) -> ChatMessage {
    let mut parts: Vec<ContentPart> = text.map(ContentPart::from_text).into_iter().collect();
    parts.extend(calls.iter().map(|call| {
        let arguments =
            if call.arguments.is_object() { call.arguments.clone() } else { Value::Object(Default::default()) };
        ContentPart::ToolCall(genai::chat::ToolCall {
            call_id: call.id.clone(),
            fn_name: call.tool.clone(),
            fn_arguments: arguments,
            thought_signatures: None,
        })
    }));
    ChatMessage::assistant(MessageContent::from_parts(parts))
}
