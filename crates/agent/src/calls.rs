use std::time::{Duration, Instant};

use access::Effect;
use futures::{StreamExt, stream};
use gateway::{Refused, Reply, Request, Toolbox};

use crate::ToolUsed;
use crate::model::{ToolCall, ToolResult};
use crate::progress::Progress;

/// Carries out calls through one toolbox.
pub(crate) struct Calls<'a> {
    pub(crate) toolbox: &'a Toolbox,
    pub(crate) request_id: &'a str,
    pub(crate) parallel_max: usize,
}

impl Calls<'_> {
    /// All of `calls`, in their order; those that only read run beside their neighbours that only read.
    pub(crate) async fn run(&self, calls: &[ToolCall], progress: &mut Progress) -> Vec<ToolResult> {
        let effects: Vec<Effect> = calls.iter().map(|call| effect(self.toolbox, call)).collect();
        let mut results = Vec::with_capacity(calls.len());
        let mut at = 0;
        while at < calls.len() {
            let reads = effects[at..].iter().take_while(|effect| **effect == Effect::Read).count();
            if reads == 0 {
                progress.changing = Some(calls[at].tool.clone());
                progress.calls += 1;
                let done = self.one(&calls[at], effects[at], progress.calls).await;
                progress.changing = None;
                results.push(noted(done, progress));
                at += 1;
                continue;
            }
            let group: Vec<_> = (at..at + reads)
                .map(|at| {
                    progress.calls += 1;
                    self.one(&calls[at], Effect::Read, progress.calls)
                })
                .collect();
            let mut group = stream::iter(group).buffered(self.parallel_max.max(1));
            while let Some(done) = group.next().await {
                results.push(noted(done, progress));
            }
            at += reads;
        }
        results
    }

    async fn one(&self, call: &ToolCall, effect: Effect, number: u32) -> (ToolResult, Option<ToolUsed>) {
        let request_id = format!("{}.{number}", self.request_id);
        let started = Instant::now();
        let context = self.toolbox.context(request_id.clone());
        let request = Request { tool: &call.tool, arguments: call.arguments.clone(), context };
        let (reply, known) = match self.toolbox.call(request).await {
            Ok(reply) => (reply, true),
            Err(refused) => {
                let known = !matches!(refused, Refused::UnknownTool { .. });
                (refused.into_reply(&request_id), known)
            }
        };
        let used = known.then(|| ToolUsed {
            tool: call.tool.clone(),
            effect,
            success: reply.success,
            duration_ms: milliseconds(started.elapsed()),
        });
        (ToolResult { call_id: call.id.clone(), tool: call.tool.clone(), reply }, used)
    }
}

/// The result of a call that is not carried out.
pub(crate) fn left_out(call: &ToolCall, sentence: String) -> ToolResult {
    let reply =
        Reply { error: Some(sentence), code: Some("limit_exceeded"), retryable: Some(false), ..Reply::default() };
    ToolResult { call_id: call.id.clone(), tool: call.tool.clone(), reply }
}

fn noted((result, used): (ToolResult, Option<ToolUsed>), progress: &mut Progress) -> ToolResult {
    progress.used.extend(used);
    if progress.visit.is_none() {
        progress.visit.clone_from(&result.reply.visit);
    }
    result
}

/// What a call does to the world: the tool's effect, or the action's own where a universal tool invokes one.
pub(crate) fn effect(toolbox: &Toolbox, call: &ToolCall) -> Effect {
    let Some(tool) = toolbox.tool(&call.tool) else { return Effect::Read };
    if tool.effect == Effect::Read || call.tool != "invoke" {
        return tool.effect;
    }
    let named = call.arguments.get("action").and_then(serde_json::Value::as_str).unwrap_or_default();
    let mut actions = toolbox.actions().into_iter().filter(|offered| offered.name == named);
    match (actions.next(), actions.next()) {
        (Some(only), None) => only.action.effect,
        _ => tool.effect,
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
