//! Settings and devices. What they are called is data and no catalog has it, so it is looked up first.
//!
//! Look-ups change nothing, are the caller's own, and decide only which of the caller's own things the message's words
//! name and whether it is there yet. Which action is then called, and with which value, the message alone says.

mod read;
mod setting;
mod thing;

use gateway::Reply;
use serde_json::Value;

use super::cursor::Cursor;
use super::identity;
use super::nouns::World;
use super::plan::{Look, Plan};
use super::reader::Question;

/// What is wanted of something that the catalog does not name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wish {
    pub(crate) verb: Verb,
    /// What it is called, word by word as it was written.
    pub(crate) name: Vec<String>,
    /// How many of the look-ups are of devices; the rest are of settings.
    devices: usize,
    /// The one device that is looked at more closely.
    device: Option<thing::Named>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verb {
    /// To be this from now on.
    Set { text: String, quoted: bool },
    /// On or off.
    Turn(bool),
    /// What it is.
    Ask,
    /// What it was, in the last so many seconds; all that is known where none.
    Past(Option<i64>),
    /// As if it had never been set.
    Reset,
    /// To do something: the name's words say what, and which one.
    Do,
}

impl Wish {
    fn new(verb: Verb, name: Vec<String>) -> Self {
        Self { verb, name, devices: 0, device: None }
    }

    /// Whether something may be different afterwards.
    pub(crate) fn changes(&self) -> bool {
        matches!(self.verb, Verb::Set { .. } | Verb::Turn(_) | Verb::Reset | Verb::Do)
    }

    /// Its name as it was said.
    fn said(&self) -> String {
        self.name.join(" ")
    }
}

/// A wish and its look-ups. None where nothing of the kind is said, or where there is nothing to look it up in.
pub(super) fn plan<'a>(world: &World<'a>, cursor: Cursor<'_>, claimed: bool) -> Result<Option<Plan<'a>>, Question> {
    let Some(wish) = read::wish(world, cursor) else { return Ok(None) };
    look(world, wish, claimed)
}

/// `toggle the desk lamp`: what nothing else made sense of may be a word of a device's own.
pub(super) fn last<'a>(world: &World<'a>, cursor: Cursor<'_>, claimed: bool) -> Option<Plan<'a>> {
    look(world, read::deed(cursor)?, claimed).ok().flatten()
}

fn look<'a>(world: &World<'a>, mut wish: Wish, claimed: bool) -> Result<Option<Plan<'a>>, Question> {
    let mut calls = Vec::new();
    calls.extend(thing::look_up(world, &wish));
    wish.devices = calls.len();
    calls.extend(setting::look_up(world, &wish));
    if calls.is_empty() {
        return Ok(None);
    }
    if claimed && wish.changes() {
        return Err(String::new());
    }
    Ok(Some(Plan::Look(Box::new(Look { calls, wish, claimed }))))
}

/// What to do, now that the look-ups are answered: `replies`, in the order of the calls.
pub(crate) fn decide<'a>(world: &World<'a>, look: &Look, replies: &[&Reply]) -> Plan<'a> {
    let wish = &look.wish;
    if let (Some(device), Some(reply)) = (&wish.device, replies.first()) {
        return claimed(look, thing::act_on(world, wish, device, reply));
    }
    let (devices, settings) = replies.split_at(wish.devices.min(replies.len()));
    let is_unknown = devices.iter().any(|reply| !reply.success || reply.has_more == Some(true));
    let plan = match (thing::decide(world, wish, devices), settings.first()) {
        (Ok(plan), _) => plan,
        // Where it is not known to be no device, nothing is made of the name.
        (Err(sentence), Some(reply)) if is_unknown && reply.code == Some("not_found") => {
            Plan::Say(if wish.changes() { format!("Nothing was changed. {sentence}") } else { sentence })
        }
        (Err(_), Some(reply)) => setting::decide(world, wish, reply),
        (Err(sentence), None) => Plan::Say(sentence),
    };
    claimed(look, plan)
}

/// The same, for whoever named a user.
fn claimed<'a>(look: &Look, plan: Plan<'a>) -> Plan<'a> {
    match plan {
        Plan::Act(mut act) => {
            act.claimed = look.claimed;
            Plan::Act(act)
        }
        Plan::Look(mut inner) => {
            inner.claimed = look.claimed;
            Plan::Look(inner)
        }
        Plan::Tell(text) if look.claimed => Plan::Tell(format!("{} {text}", identity::ONLY_YOU)),
        plan => plan,
    }
}

/// What an answer holds, as JSON.
fn data(reply: &Reply) -> Value {
    reply.data.as_ref().and_then(|data| serde_json::from_str(data.get()).ok()).unwrap_or_default()
}

/// An answer's own sentence, where it is a failure.
fn failure(reply: &Reply) -> String {
    reply.error.clone().unwrap_or_else(|| "That did not work.".to_owned())
}
