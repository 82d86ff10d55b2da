use connector::Happening;
use gateway::Toolbox;
use rmcp::ErrorData;
use rmcp::model::SubscriptionFilter;
use rmcp::service::SubscriptionContext;

/// Tells the client what changes, until it goes away or its token ends (MCP 2026-07-28, `subscriptions/listen`).
pub(super) async fn listen(toolbox: &Toolbox, cx: &SubscriptionContext) -> Result<(), ErrorData> {
    let mut changes = toolbox.changes().map_err(|error| ErrorData::internal_error(error.message().to_owned(), None))?;
    loop {
        let happened = tokio::select! {
            () = cx.cancelled() => return Ok(()),
            happened = changes.next() => match happened {
                Some(happened) => happened,
                None => return Ok(()),
            },
        };
        let accepted = cx.accepted();
        for what in [Happening::Actions, Happening::Prompts, Happening::Documents] {
            if !happened.contains(&what) || !wants(accepted, what) {
                continue;
            }
            let sink = cx.sink();
            let told = match what {
                Happening::Actions => sink.notify_tool_list_changed().await,
                Happening::Prompts => sink.notify_prompt_list_changed().await,
                Happening::Documents => sink.notify_resource_list_changed().await,
            };
            if told.is_err() {
                return Ok(());
            }
        }
    }
}

fn wants(accepted: &SubscriptionFilter, what: Happening) -> bool {
    let asked = match what {
        Happening::Actions => accepted.tools_list_changed,
        Happening::Prompts => accepted.prompts_list_changed,
        Happening::Documents => accepted.resources_list_changed,
    };
    asked == Some(true)
}
