use std::collections::HashMap;

use access::Effect;
use gateway::Reply;
use serde_json::Value;

use super::super::nouns::World;
use super::super::plan::Plan;
use super::super::{render, wish};
use super::answer::{self, Told};
use super::{IN_PASSING, Step, called, effect};
use crate::model::{Said, ToolCall};

/// How often a step looks something up before it is known what it asks for: a device, and what it has.
const LOOKS_MAX: usize = 2;

/// How far a step has come.
enum State {
    /// There is nothing more to do for it.
    Done { text: String, success: bool },
    /// It is not known yet what it asks for.
    Looks(Vec<ToolCall>),
    /// Its own call.
    Calls(ToolCall),
}

/// The next calls of these steps, or the answer. `replies` has what was answered so far, by the ids of the calls.
///
/// Calls are carried out in their order, and what only reads beside its neighbours that only read. Look-ups go ahead.
/// No other call passes a change that was asked for before it and is not made yet.
pub(crate) fn turn(world: &World<'_>, steps: &[Step<'_>], replies: &HashMap<&str, &Reply>) -> Said {
    let mut calls: Vec<ToolCall> = Vec::new();
    let mut told: Vec<Told<'_>> = Vec::new();
    // Whether a change that was asked for before is still to come, and whether the step before was done.
    let (mut waits, mut before) = (false, Some(true));
    for (number, step) in steps.iter().enumerate() {
        let state = match (step.then, before) {
            (true, None) => break,
            (true, Some(false)) => {
                State::Done { text: "Not done, because the step before it was not.".to_owned(), success: false }
            }
            _ => state(world, steps, number, replies),
        };
        before = match state {
            State::Done { text, success } => {
                told.push(Told { said: &step.said, text, success });
                Some(success)
            }
            State::Looks(all) => {
                let new: Vec<_> =
                    all.into_iter().filter(|call| calls.iter().all(|other| other.id != call.id)).collect();
                calls.extend(new);
                waits |= effect(world, &step.plan) != Effect::Read;
                None
            }
            State::Calls(call) => {
                if !waits {
                    calls.push(call);
                }
                None
            }
        };
    }
    let text = (!told.is_empty()).then(|| answer::text(&told, steps.len()));
    Said { text, calls, ..Said::default() }
}

fn state(world: &World<'_>, steps: &[Step<'_>], number: usize, replies: &HashMap<&str, &Reply>) -> State {
    let Some(step) = steps.get(number) else { return State::Done { text: String::new(), success: false } };
    let mut decided;
    let mut plan = &step.plan;
    for depth in 0..LOOKS_MAX {
        let Plan::Look(look) = plan else { break };
        // After a change of the same thing it is looked up again.
        let same = |step: &&Step<'_>| matches!(&step.plan, Plan::Look(other) if other.wish.name == look.wish.name);
        let earlier = || (0..number).filter(|at| same(&&steps[*at]));
        let round = earlier().filter(|at| effect(world, &steps[*at].plan) != Effect::Read).count();
        let id = |tool: &str, arguments: &Value| format!("{round}.{depth} {tool} {arguments}");
        let all: Vec<_> =
            look.calls.iter().map(|(tool, arguments)| called(&id(tool, arguments), tool, arguments)).collect();
        let answers: Option<Vec<&Reply>> = all.iter().map(|call| replies.get(call.id.as_str()).copied()).collect();
        let Some(answers) = answers else {
            let first = earlier().all(|at| through(world, steps, at, replies));
            return State::Looks(if first { all } else { Vec::new() });
        };
        decided = wish::decide(world, look, &answers);
        plan = &decided;
    }
    if steps.len() > 1 && effect(world, plan) == Effect::Destroy {
        return State::Done { text: IN_PASSING.to_owned(), success: false };
    }
    match plan {
        Plan::Say(text) => State::Done { text: text.clone(), success: false },
        Plan::Tell(text) => State::Done { text: text.clone(), success: true },
        Plan::Look(_) => State::Done { text: String::new(), success: false },
        Plan::Act(act) => {
            let id = number.to_string();
            match replies.get(id.as_str()) {
                Some(reply) => State::Done { text: render::tell(act, reply), success: reply.success },
                None => State::Calls(called(&id, &act.tool, &act.arguments)),
            }
        }
    }
}

/// Whether nothing more is to be done for a step.
fn through(world: &World<'_>, steps: &[Step<'_>], number: usize, replies: &HashMap<&str, &Reply>) -> bool {
    matches!(state(world, steps, number, replies), State::Done { .. })
}
