//! The built-in model: plain English commands over whatever catalog it is given.
//!
//! It plans from the user's message and the catalog and from nothing else, so text inside the data never decides
//! what is called. It is deterministic: the same message over the same catalog makes the same call.

mod adjective;
mod command;
mod condition;
mod cursor;
mod dates;
mod fields;
mod forms;
mod help;
mod identity;
mod nouns;
mod operator;
mod plan;
mod query;
mod reader;
mod render;
mod sentence;
#[cfg(test)]
mod tests;
mod values;
mod words;

use async_trait::async_trait;

use self::nouns::World;
use self::plan::Plan;
use crate::model::{ChatModel, Message, Said, ToolCall, View};
use crate::{AskError, Usage, today};

/// See the module.
pub(crate) struct BuiltIn;

#[async_trait]
impl ChatModel for BuiltIn {
    fn name(&self) -> &str {
        "built-in"
    }

    async fn turn(&self, view: View<'_>) -> Result<Said, AskError> {
        let world = World::new(view.toolbox, today::utc());
        let message = view.transcript.iter().rev().find_map(|message| match message {
            Message::User(text) => Some(text.as_str()),
            Message::Assistant { .. } | Message::Results(_) => None,
        });
        let plan = command::plan(&world, message.unwrap_or_default());
        let results = match view.transcript.last() {
            Some(Message::Results(results)) => results.as_slice(),
            _ => &[],
        };
        let usage = Usage { model_calls: 1, ..Usage::default() };
        Ok(match (plan, results.first()) {
            (Plan::Say(text), _) => Said { text: Some(text), usage, ..Said::default() },
            (Plan::Act(act), None) => {
                let call = ToolCall { id: "1".into(), tool: act.tool, arguments: act.arguments };
                Said { calls: vec![call], usage, ..Said::default() }
            }
            (Plan::Act(act), Some(result)) => {
                Said { text: Some(render::tell(&act, &result.reply)), usage, ..Said::default() }
            }
        })
    }
}
