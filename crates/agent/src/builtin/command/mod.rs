//! From a message to a plan.

mod aggregate;
mod create;
mod create_file;
mod delete;
mod get;
mod invoke;
mod list;
mod other;
mod pairs;
mod search;
mod unsure;
mod update;
mod verbs;

use self::verbs::{CREATE, DELETE, DESCRIBE, GREETINGS, HELP, UPDATE};
use super::cursor::Cursor;
use super::nouns::World;
use super::plan::Plan;
use super::reader::Question;
use super::words::{Token, tokens};
use super::{help, identity};

/// What `message` asks for.
pub(crate) fn plan<'a>(world: &World<'a>, message: &str) -> Plan<'a> {
    let (source, bracketed) = identity::blank_brackets(message);
    let all = tokens(&source);
    let is_field = |name: &str| {
        world
            .collections
            .iter()
            .any(|offered| offered.collection.fields.iter().any(|f| f.name.eq_ignore_ascii_case(name)))
    };
    let (kept, named) = identity::strip(&all, &is_field);
    let claimed = bracketed || named;
    let mut cursor = Cursor::new(&source, verbs::trimmed(&kept));
    cursor.skip_all("and|then");
    match choose(world, verbs::polite(cursor), claimed, &all) {
        Ok(plan) => plan,
        Err(question) => Plan::Say(unsure::ask_back(world, question, claimed)),
    }
}

fn choose<'a>(world: &World<'a>, cursor: Cursor<'_>, claimed: bool, all: &[Token]) -> Result<Plan<'a>, Question> {
    if cursor.is_empty() || (cursor.tokens.len() <= 2 && cursor.starts_with(GREETINGS)) {
        return match claimed {
            true => Err(String::new()),
            false => Ok(Plan::Say(help::help(world))),
        };
    }
    let mut here = cursor;
    if here.eat_any(DESCRIBE).is_some()
        && let Some(found) = world.find(&here).filter(|found| found.at <= 3)
    {
        return match found.collections.as_slice() {
            [only] => Ok(Plan::Say(help::describe(world, *only))),
            several => Err(world.which_collection(several)),
        };
    }
    let asks = cursor.starts_with(HELP);
    if asks && (cursor.tokens.len() <= 6 && !world.find(&cursor).is_some_and(|found| found.exact)) {
        return Ok(Plan::Say(help::help(world)));
    }
    let mut rest = cursor;
    let writes = [(CREATE, 0_u8), (UPDATE, 1), (DELETE, 2)];
    if let Some((_, kind)) = writes.into_iter().find(|(verbs, _)| rest.eat_any(verbs).is_some()) {
        if let Some(plan) = invoke::by_name(world, cursor, claimed)? {
            return Ok(plan);
        }
        if claimed || verbs::names_user_at_end(all) {
            return Err(String::new());
        }
        return match kind {
            0 => create::plan(world, rest),
            1 => update::plan(world, rest, cursor.word(0)),
            _ => delete::plan(world, rest),
        };
    }
    if let Some(plan) = invoke::by_name(world, cursor, claimed)? {
        return Ok(plan);
    }
    if let Some(question) = other::question(world, cursor) {
        return Err(question);
    }
    if let Some(plan) = search::plan(world, cursor, claimed)? {
        return Ok(plan);
    }
    if let Some(plan) = aggregate::plan(world, cursor, claimed)? {
        return Ok(plan);
    }
    if let Some(plan) = get::plan(world, cursor, claimed)? {
        return Ok(plan);
    }
    list::plan(world, cursor, claimed)
}
