//! A message that asks for several things, one after the other: `show my orders, read notes/today.md and set my theme
//! to dark`.
//!
//! Each step is a command like any other and is matched to its tool by itself. What changes something waits for what was
//! asked before it; what cannot be undone is done only when it is all that was asked.

mod answer;
mod split;
mod turn;

use access::Effect;
use serde_json::Value;

use super::command::Heard;
use super::nouns::World;
use super::plan::Plan;
use crate::calls;
use crate::model::ToolCall;

pub(crate) use turn::turn;

/// Said of what cannot be undone where it is one step of several.
const IN_PASSING: &str =
    "Not done: this cannot be undone, so I do it only when it is all you ask for. Say it by itself.";

/// One thing that is asked for.
#[derive(Debug)]
pub(crate) struct Step<'w> {
    /// The message's own words.
    pub(crate) said: String,
    pub(crate) plan: Plan<'w>,
    /// It is to be done only after the one before was: `then`.
    pub(crate) then: bool,
}

/// What `message` asks for, step by step; at least one.
pub(crate) fn read<'w>(world: &World<'w>, message: &str) -> Vec<Step<'w>> {
    let heard = Heard::new(world, message);
    let whole = heard.plan(world, &heard.tokens, heard.source().len());
    let mut steps = split::split(world, &heard);
    let understood = steps.iter().filter(|step| !matches!(step.plan, Plan::Say(_))).count();
    // Words that are understood as one request are one, unless each part is understood too.
    let one = !matches!(whole, Plan::Say(_)) && understood < steps.len();
    if steps.len() < 2 || understood == 0 || one {
        return vec![Step { said: message.to_owned(), plan: whole, then: false }];
    }
    hold_back(world, &mut steps, understood);
    steps
}

/// Nothing is changed by a message that was understood in part, and nothing is destroyed in passing.
fn hold_back(world: &World<'_>, steps: &mut [Step<'_>], understood: usize) {
    let partly = understood < steps.len();
    for step in steps {
        let sentence = match effect(world, &step.plan) {
            Effect::Read => continue,
            Effect::Write if !partly => continue,
            Effect::Write => "Not done: I did not understand all of what you asked, so I changed nothing.",
            Effect::Destroy => IN_PASSING,
        };
        step.plan = Plan::Say(sentence.to_owned());
    }
}

/// What a plan does to the world, as far as is known before its look-ups.
fn effect(world: &World<'_>, plan: &Plan<'_>) -> Effect {
    match plan {
        Plan::Say(_) | Plan::Tell(_) => Effect::Read,
        Plan::Look(look) if look.wish.changes() => Effect::Write,
        Plan::Look(_) => Effect::Read,
        Plan::Act(act) => calls::effect(world.toolbox, &called("", &act.tool, &act.arguments)),
    }
}

fn called(id: &str, tool: &str, arguments: &Value) -> ToolCall {
    ToolCall { id: id.to_owned(), tool: tool.to_owned(), arguments: arguments.clone() }
}
