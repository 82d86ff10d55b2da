//! What this server says that it can do, made of what the resources have.

use gateway::Offers;
use rmcp::model::{PromptsCapability, ResourcesCapability, ServerCapabilities, ToolsCapability};

/// Where nothing was made for models, lists change so seldom that the hint how long they are good is enough.
pub(super) const fn tells_changes(offers: Offers) -> bool {
    offers.made_for_models || offers.prompts || offers.documents
}

/// What is declared.
pub(super) fn of(offers: Offers) -> ServerCapabilities {
    let mut can = ServerCapabilities::default();
    let mut tools = ToolsCapability::default();
    tools.list_changed = tells_changes(offers).then_some(true);
    can.tools = Some(tools);
    if offers.prompts {
        let mut prompts = PromptsCapability::default();
        prompts.list_changed = Some(true);
        can.prompts = Some(prompts);
    }
    if offers.documents {
        let mut resources = ResourcesCapability::default();
        resources.list_changed = Some(true);
        can.resources = Some(resources);
    }
    if offers.prompts || offers.documents {
        can.completions = Some(Default::default());
    }
    if offers.made_for_models {
        can.logging = Some(Default::default());
    }
    can
}

/// Whether there is such a method.
pub(super) fn has(offers: Offers, method: &str, modern: bool) -> bool {
    match method {
        "server/discover" | "tools/list" | "tools/call" => true,
        // Gone since 2026-07-28, and there only since.
        "initialize" | "ping" => !modern,
        "subscriptions/listen" => modern && tells_changes(offers),
        "prompts/list" | "prompts/get" => offers.prompts,
        "resources/list" | "resources/templates/list" | "resources/read" => offers.documents,
        "completion/complete" => offers.prompts || offers.documents,
        _ => false,
    }
}
