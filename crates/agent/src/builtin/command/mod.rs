//! From a message to a plan.

mod aggregate;
mod create;
mod create_file;
mod delete;
mod get;
mod invoke;
mod list;
mod pairs;
mod unsure;
mod update;

use super::cursor::Cursor;
use super::nouns::World;
use super::plan::Plan;
use super::reader::Question;
use super::words::{Token, tokens};
use super::{help, identity};

const POLITE: [&str; 40] = [
    "please", "hey", "hello", "hi", "ok", "okay", "so", "now", "then", "and", "just", "kindly", "bellhop", "can you",
    "could you", "would you", "will you", "can i", "could i", "may i", "i want you to", "i want to", "i would like to",
    "i'd like to", "i’d like to", "i need you to", "i need to", "i want", "i need", "i'd like", "i’d like", "i would like",
    "let's", "let me", "help me", "go ahead and", "quickly", "tell me", "i am looking for", "i'm looking for",
];
const HELP: [&str; 32] = [
    "help", "what can you do", "what can i do", "what can i ask", "who are you", "what are you", "what data",
    "what do you have", "what is there", "what's there", "what is available", "what's available", "what tables",
    "what collections", "what resources", "list tables", "list collections", "list resources", "list tools", "show tables",
    "show collections", "show tools", "list all tables", "what tools", "how does this work", "what do you know", "commands",
    "what do i have", "what can you access", "what can you help", "what can you see", "what kind of data",
];
const GREETINGS: [&str; 8] =
    ["hi", "hello", "hey", "good morning", "good afternoon", "good evening", "thanks", "thank you"];
const DESCRIBE: [&str; 14] = [
    "describe", "explain", "what fields does", "what fields do", "what fields are in", "what columns does",
    "what columns do", "what columns are in", "fields of", "columns of", "schema of", "what is the schema of", "show fields of",
    "show the fields of",
];

const CREATE: [&str; 8] = ["create", "add", "make", "insert", "write", "save", "register", "put"];
const UPDATE: [&str; 9] = ["update", "change", "set", "edit", "modify", "mark", "rename", "correct", "append"];
const DELETE: [&str; 8] = ["delete", "remove", "erase", "drop", "trash", "destroy", "discard", "clear"];

/// What `message` asks for.
pub(crate) fn plan<'a>(world: &World<'a>, message: &str) -> Plan<'a> {
    let (source, bracketed) = identity::blank_brackets(message);
    let all = tokens(&source);
    let is_field = |name: &str| {
        world.collections.iter().any(|offered| offered.collection.fields.iter().any(|f| f.name.eq_ignore_ascii_case(name)))
    };
    let (kept, named) = identity::strip(&all, &is_field);
    let claimed = bracketed || named;
    let mut cursor = Cursor::new(&source, trimmed(&kept));
    cursor.skip_all(&["and", "then"]);
    match choose(world, polite(cursor), claimed, &all) {
        Ok(plan) => plan,
        Err(question) => Plan::Say(unsure::ask_back(world, question, claimed)),
    }
}

fn choose<'a>(world: &World<'a>, cursor: Cursor<'_>, claimed: bool, all: &[Token]) -> Result<Plan<'a>, Question> {
    if cursor.is_empty() || (cursor.tokens.len() <= 2 && cursor.starts_with(&GREETINGS)) {
        return match claimed {
            true => Err(String::new()),
            false => Ok(Plan::Say(help::help(world))),
        };
    }
    let mut here = cursor;
    if here.eat_any(&DESCRIBE).is_some()
        && let Some(found) = world.find(&here).filter(|found| found.at <= 3)
    {
        return match found.collections.as_slice() {
            [only] => Ok(Plan::Say(help::describe(world, *only))),
            several => Err(world.which_collection(several)),
        };
    }
    let asks = cursor.starts_with(&HELP);
    if asks && (cursor.tokens.len() <= 6 && !world.find(&cursor).is_some_and(|found| found.exact)) {
        return Ok(Plan::Say(help::help(world)));
    }
    let mut rest = cursor;
    let writes: [(&[&str], u8); 3] = [(&CREATE, 0), (&UPDATE, 1), (&DELETE, 2)];
    if let Some((_, kind)) = writes.into_iter().find(|(verbs, _)| rest.eat_any(verbs).is_some()) {
        if let Some(plan) = invoke::by_name(world, cursor, claimed)? {
            return Ok(plan);
        }
        if claimed || names_user_at_end(all) {
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
    if let Some(plan) = aggregate::plan(world, cursor, claimed)? {
        return Ok(plan);
    }
    if let Some(plan) = get::plan(world, cursor, claimed)? {
        return Ok(plan);
    }
    list::plan(world, cursor, claimed)
}

/// Without the words around a request.
fn polite(mut cursor: Cursor<'_>) -> Cursor<'_> {
    loop {
        while cursor.tokens.len() > 1 && cursor.peek().is_some_and(|token| token.is_mark(",")) {
            cursor.skip(1);
        }
        let before = cursor;
        let greeting = cursor.tokens.len() <= 2 && cursor.starts_with(&GREETINGS);
        if greeting || cursor.eat_any(&POLITE).is_none() || cursor.is_empty() {
            return before;
        }
    }
}

fn trimmed(tokens: &[Token]) -> &[Token] {
    let mut tokens = tokens;
    while let Some((last, before)) = tokens.split_last() {
        let polite = ["please", "thanks", "thx", "?", "!", "."].contains(&last.lower.as_str());
        let thank_you = last.lower == "you" && before.last().is_some_and(|token| token.lower == "thank");
        match (polite, thank_you) {
            (true, _) => tokens = before,
            (false, true) => tokens = &before[..before.len() - 1],
            (false, false) if last.is_mark(",") => tokens = before,
            (false, false) => break,
        }
    }
    tokens
}

/// `…, as user bob` after the data of a write.
fn names_user_at_end(all: &[Token]) -> bool {
    let from = all.len().saturating_sub(3);
    matches!(&all[from..], [a, b, c] if ["as", "for"].contains(&a.lower.as_str())
        && identity::is_user_name(&b.text) && !b.lower.is_empty() && !c.lower.is_empty())
}

/// Verbs and questions that ask to see something.
pub(crate) fn skip_asking(cursor: &mut Cursor<'_>) {
    const ASKING: [&str; 42] = [
        "show", "list", "display", "get", "give", "find", "fetch", "view", "see", "print", "look up", "lookup",
        "look for", "search for", "search", "retrieve", "load", "which", "what are", "what is", "what's", "what’s", "whats",
        "what were", "what was", "what", "do i have", "have i got", "are there", "is there", "me", "out", "tell", "check", "enumerate",
        "browse", "us", "pull up", "bring up", "do we have", "where is", "where are",
    ];
    cursor.skip_all(&ASKING);
}
