//! Whose headers are being checked. The transport asks for a tool's schema by its name alone, before any handler has the
//! request; a name must not tell one user of another's tools, so the request's own caller answers.

use gateway::Toolbox;
use rmcp::model::Tool;

tokio::task_local! {
    static WHOSE: Toolbox;
}

/// Does `work` so that [`tool`] means the tools of this toolbox.
pub(super) async fn checked<T>(toolbox: Toolbox, work: impl Future<Output = T>) -> T {
    WHOSE.scope(toolbox, work).await
}

/// The tool of this name, where it has arguments that the client repeats in headers (SEP-2243, `Mcp-Param-*`).
pub(super) fn tool(name: &str) -> Option<Tool> {
    let schema = WHOSE.try_with(|toolbox| toolbox.headers(name)).ok()??;
    let mut tool = Tool::default();
    tool.name = name.to_owned().into();
    tool.input_schema = schema;
    Some(tool)
}
