//! What came of a call, told in plain text. Data is shown, never read for what to do.

mod figures;
mod item;
mod rows;
mod value;
mod wished;

use gateway::Reply;
use serde_json::Value;

use super::identity;
use super::plan::{Act, Done, Then};
use super::sentence;

pub(crate) use value::short;

/// The answer to a user.
pub(crate) fn tell(act: &Act<'_>, reply: &Reply) -> String {
    let mut text = if reply.success { done(&act.then, reply) } else { failed(&act.then, reply) };
    if act.claimed {
        text = format!("{} {text}", identity::ONLY_YOU);
    }
    for notice in &reply.notices {
        text.push('\n');
        text.push_str(notice);
    }
    text
}

fn failed(then: &Then<'_>, reply: &Reply) -> String {
    let error = reply.error.as_deref().unwrap_or("That did not work.");
    // What may have been done is not told as undone.
    let is_open = matches!(reply.code, Some("unavailable" | "timeout" | "internal"));
    let lead = match then {
        _ if is_open => "",
        Then::Created { .. } => "Nothing was created: ",
        Then::Updated { .. } => "Nothing was changed: ",
        Then::Deleted { .. } => "Nothing was deleted: ",
        Then::Wished { done: Done::Is { .. } | Done::Reset { .. } } => "Nothing was changed: ",
        _ => "",
    };
    match &reply.visit {
        Some(address) => format!("{lead}{error}\n{address}"),
        None => format!("{lead}{error}"),
    }
}

fn done(then: &Then<'_>, reply: &Reply) -> String {
    let data: Value = reply.data.as_ref().and_then(|data| serde_json::from_str(data.get()).ok()).unwrap_or_default();
    match then {
        Then::List { collection, name, words, order, offset } => {
            rows::list(collection, name, words, order.as_deref(), *offset, reply, &data)
        }
        Then::Count { collection, name, words } => figures::count(collection, name, words, reply, &data),
        Then::Figures { collection, name, words } => figures::figures(collection, name, words, &data),
        Then::Item { collection, name, id, fields } => item::item(collection, name, id, fields, &data),
        Then::Created { collection, name } => {
            let id = reply.id.as_ref().map(|id| format!(" {}", value::key(id))).unwrap_or_default();
            let noun = sentence::noun(name, Some(1));
            match rows::row(collection, &data) {
                Some(row) => format!("Created {noun}{id}:\n- {row}"),
                None => format!("Created {noun}{id}."),
            }
        }
        Then::Updated { name, id, data } => {
            let noun = sentence::noun(name, Some(1));
            let id = value::key(reply.id.as_ref().unwrap_or(id));
            let set: Vec<_> = data.iter().map(|(name, new)| format!("{name} = {}", value::short(new))).collect();
            format!("Updated {noun} {id}: {}.", set.join(", "))
        }
        Then::Deleted { name, id } => {
            format!("Deleted {} {}.", sentence::noun(name, Some(1)), value::key(reply.id.as_ref().unwrap_or(id)))
        }
        Then::Candidates { collection, name, said, command } => {
            rows::candidates(collection, name, said, command, &data)
        }
        Then::Invoked { name } => item::result(name, &data),
        Then::Wished { done } => wished::told(done, &data),
    }
}
