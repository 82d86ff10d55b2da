//! The gateway's words in MCP's.

use access::Effect;
use gateway::{Reply, Tool};
use rmcp::model::{CallToolResult, ToolAnnotations};
use serde_json::Value;

/// A tool as MCP describes it. The schemas are shared, not copied.
pub(super) fn tool(tool: Tool) -> rmcp::model::Tool {
    let annotations = ToolAnnotations::with_title(tool.title.clone())
        .read_only(tool.effect == Effect::Read)
        .destructive(tool.effect == Effect::Destroy)
        .idempotent(tool.idempotent)
        .open_world(false);
    rmcp::model::Tool::new(tool.name, tool.description, tool.input_schema)
        .with_title(tool.title)
        .with_raw_output_schema(tool.output_schema)
        .with_annotations(annotations)
}

/// The envelope as structured content and, for clients that read only text, as text. A failure is the tool's, not the
/// protocol's: the model reads it and can do better.
pub(super) fn reply(reply: &Reply) -> CallToolResult {
    let text = reply.to_json();
    let mut result = match reply.success {
        true => CallToolResult::success(Vec::new()),
        false => CallToolResult::error(Vec::new()),
    };
    result.structured_content = serde_json::from_str::<Value>(&text).ok();
    result.content = vec![rmcp::model::ContentBlock::text(text)];
    result
}
