//! The built-in model: plain English commands over whatever catalog it is given.
//!
//! It plans from the user's message and the catalog and from nothing else, so text inside the data never decides
//! what is called. It is deterministic: the same message over the same catalog makes the same calls. What settings and
//! devices are called no catalog says; see [`wish`].

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
mod steps;
#[cfg(test)]
mod tests;
mod values;
mod wish;
mod words;

use async_trait::async_trait;

use self::nouns::World;
use crate::model::{ChatModel, Message, Said, View};
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
        let steps = steps::read(&world, message.unwrap_or_default());
        let results = view.transcript.iter().flat_map(|message| match message {
            Message::Results(results) => results.as_slice(),
            Message::User(_) | Message::Assistant { .. } => &[],
        });
        let replies = results.map(|result| (result.call_id.as_str(), &result.reply)).collect();
        let usage = Usage { model_calls: 1, ..Usage::default() };
        Ok(Said { usage, ..steps::turn(&world, &steps, &replies) })
    }
}
