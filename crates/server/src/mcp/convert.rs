//! The gateway's words in MCP's.

use access::Effect;
use connector::Content;
use gateway::{Native, OfferedPrompt, Reply, Tool};
use rmcp::model::{CallToolResult, ContentBlock, MetaObject, Prompt, PromptArgument, ToolAnnotations};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What only the server that a client talks to says in `_meta`.
const OURS: &str = "io.modelcontextprotocol/";

/// A tool as MCP describes it. The schemas are shared, not copied.
pub(super) fn tool(mut tool: Tool) -> rmcp::model::Tool {
    match tool.native.take() {
        Some(native) => as_is(tool, &native),
        None => {
            let mut annotations = annotations(&tool).open_world(false);
            annotations.title = Some(tool.title.clone());
            rmcp::model::Tool::new(tool.name, tool.description, tool.input_schema)
                .with_title(tool.title)
                .with_raw_output_schema(tool.output_schema)
                .with_annotations(annotations)
        }
    }
}

/// A tool that was made for models, as its resource shows it.
fn as_is(tool: Tool, native: &Native) -> rmcp::model::Tool {
    let annotations = annotations(&tool);
    let annotations = match native.shown.open_world {
        Some(open) => annotations.open_world(open),
        None => annotations,
    };
    let mut shown = rmcp::model::Tool::default();
    shown.name = tool.name.into();
    shown.title.clone_from(&native.shown.title);
    shown.description = native.description.clone().map(Into::into);
    shown.input_schema = tool.input_schema;
    shown.output_schema.clone_from(&native.output_schema);
    shown.annotations = Some(annotations);
    shown.icons = some(list(native.shown.icons.iter().cloned()));
    shown.meta = meta(&native.shown.meta);
    shown
}

fn annotations(tool: &Tool) -> ToolAnnotations {
    ToolAnnotations::new()
        .read_only(tool.effect == Effect::Read)
        .destructive(tool.effect == Effect::Destroy)
        .idempotent(tool.idempotent)
}

/// A prompt as MCP describes it, without the arguments that hold the caller.
pub(super) fn prompt(offered: OfferedPrompt<'_>) -> Prompt {
    let prompt = offered.prompt;
    let arguments = prompt.arguments.iter().filter(|argument| !prompt.identity.contains(&argument.name));
    let arguments: Vec<_> = arguments
        .map(|argument| {
            let mut shown = PromptArgument::new(&argument.name).with_required(argument.required);
            shown.title.clone_from(&argument.title);
            shown.description.clone_from(&argument.description);
            shown
        })
        .collect();
    let mut shown = Prompt::new(offered.name, prompt.description.clone(), some(arguments));
    shown.title.clone_from(&prompt.title);
    shown.icons = some(list(prompt.icons.iter().cloned()));
    shown.meta = meta(&prompt.meta);
    shown
}

/// What a tool gave. What was made for models passes as it is where its tool is shown so; otherwise the envelope is the
/// structured content, and what was made for models stands before it.
pub(super) fn reply(reply: &Reply) -> CallToolResult {
    if let Some(content) = reply.content.as_ref().filter(|_| reply.as_is) {
        return passed(content);
    }
    let text = reply.to_json();
    let mut result = match reply.success {
        true => CallToolResult::success(Vec::new()),
        false => CallToolResult::error(Vec::new()),
    };
    result.structured_content = serde_json::from_str::<Value>(&text).ok();
    result.content = match &reply.content {
        Some(content) => blocks(content),
        // For clients that read only text. A failure is the tool's, not the protocol's: the model reads it and can do
        // better.
        None => vec![ContentBlock::text(text)],
    };
    result
}

fn passed(content: &Content) -> CallToolResult {
    let mut result = match content.failed {
        true => CallToolResult::error(blocks(content)),
        false => CallToolResult::success(blocks(content)),
    };
    result.structured_content.clone_from(&content.structured);
    result.meta = meta(&content.meta);
    result
}

fn blocks(content: &Content) -> Vec<ContentBlock> {
    let block = |block: &Value| {
        serde_json::from_value(block.clone())
            .unwrap_or_else(|_| ContentBlock::text("(Something that cannot be shown here was left out.)"))
    };
    content.blocks.iter().map(block).collect()
}

/// What can be read of a list in MCP's shapes; the rest is left out.
pub(super) fn list<T: DeserializeOwned>(values: impl IntoIterator<Item = Value>) -> Vec<T> {
    let read = values.into_iter().filter_map(|value| match serde_json::from_value(value) {
        Ok(read) => Some(read),
        Err(error) => {
            tracing::warn!(%error, "something that is not of MCP's shape is left out");
            None
        }
    });
    read.collect()
}

/// `_meta` without what only this server can say.
pub(super) fn meta(meta: &Map<String, Value>) -> Option<MetaObject> {
    let kept: Map<_, _> = meta
        .iter()
        .filter(|(key, _)| !key.starts_with(OURS))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    (!kept.is_empty()).then(|| kept.into())
}

/// `_meta` of an answer: what was there, and then what this server says.
pub(super) fn with_meta(there: Option<MetaObject>, ours: Option<MetaObject>) -> Option<MetaObject> {
    match (there, ours) {
        (Some(mut there), Some(ours)) => {
            for (key, value) in ours.iter() {
                there.insert(key.clone(), value.clone());
            }
            Some(there)
        }
        (there, ours) => there.or(ours),
    }
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}
