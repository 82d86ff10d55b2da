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

pub(crate) use self::get::is_path;

use self::verbs::{CREATE, DELETE, DESCRIBE, GREETINGS, HELP, UPDATE};
use connector::Field;

use super::cursor::Cursor;
use super::nouns::World;
use super::plan::Plan;
use super::reader::Question;
use super::words::{Token, tokens};
use super::{help, identity, wish};

/// A message, without what it says of who its user is.
pub(crate) struct Heard {
    source: String,
    all: Vec<Token>,
    /// Its tokens but for those that name a user.
    pub(crate) tokens: Vec<Token>,
    /// It names a user.
    pub(crate) claimed: bool,
}

impl Heard {
    pub(crate) fn new(world: &World<'_>, message: &str) -> Self {
        let (source, bracketed) = identity::blank_brackets(message);
        let all = tokens(&source);
        let is_field = |name: &str| {
            let has = |fields: &[Field]| fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
            world.collections.iter().any(|offered| has(&offered.collection.fields))
        };
        let (tokens, named) = identity::strip(&all, &is_field);
        Self { source, all, tokens, claimed: bracketed || named }
    }

    /// The message's own text.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// What these of its tokens ask for, with the message's text up to `end`.
    pub(crate) fn plan<'a>(&self, world: &World<'a>, tokens: &[Token], end: usize) -> Plan<'a> {
        let source = self.source.get(..end).unwrap_or(&self.source);
        let mut cursor = Cursor::new(source, verbs::trimmed(tokens));
        cursor.skip_all("and|then");
        match choose(world, verbs::polite(cursor), self.claimed, &self.all) {
            Ok(plan) => plan,
            Err(question) => Plan::Say(unsure::ask_back(question, self.claimed)),
        }
    }

    /// Whether a request may begin with the first of these tokens.
    pub(crate) fn begins(&self, world: &World<'_>, tokens: &[Token]) -> bool {
        let cursor = verbs::polite(Cursor::new(&self.source, tokens));
        verbs::begins(&cursor) || invoke::is_named(world, &cursor)
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
    if let Some(plan) = invoke::by_name(world, cursor, claimed)? {
        return Ok(plan);
    }
    if let Some(plan) = wish::plan(world, cursor, claimed)? {
        return Ok(plan);
    }
    let mut rest = cursor;
    let writes = [(CREATE, 0_u8), (UPDATE, 1), (DELETE, 2)];
    if let Some((_, kind)) = writes.into_iter().find(|(verbs, _)| rest.eat_any(verbs).is_some()) {
        if claimed || verbs::names_user_at_end(all) {
            return Err(String::new());
        }
        return match kind {
            0 => create::plan(world, rest),
            1 => update::plan(world, rest, cursor.word(0)),
            _ => delete::plan(world, rest),
        };
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
    list::plan(world, cursor, claimed).or_else(|question| match world.find(&cursor) {
        Some(_) => Err(question),
        None => wish::last(world, cursor, claimed).ok_or(question),
    })
}
