use access::Effect;
use connector::{Action, Field};
use gateway::OfferedAction;
use serde_json::{Map, Value};

use super::super::cursor::Cursor;
use super::super::nouns::World;
use super::super::plan::{Act, Plan, Then};
use super::super::reader::Question;
use super::super::words::Kind;
use super::super::{forms, sentence, values};
use super::get::is_path;
use super::verbs;

const FROM: [&str; 7] = ["from", "source", "src", "path", "file", "old_path", "from_path"];
const TO: [&str; 8] = ["to", "destination", "dest", "target", "new_path", "to_path", "new_name", "into"];

/// An action that is called by its name: `search my files for invoice`, `move a.txt to b.txt`, `run close_month with
/// month=3`. None where no action's name is said.
pub(super) fn by_name<'a>(world: &World<'a>, cursor: Cursor<'_>, claimed: bool) -> Result<Option<Plan<'a>>, Question> {
    let mut here = cursor;
    let asked = here.eat_any("run|invoke|call|execute|perform|do|use").is_some();
    here.skip_all("the|action");
    let mut found: Vec<(&OfferedAction<'a>, usize)> = Vec::new();
    // What devices and settings offer is asked for in words of its own, such as `history of the temperature`.
    let named = world.actions.iter().filter(|offered| asked || !world.is_wished(offered.resource));
    found.extend(named.filter_map(|offered| Some((offered, spoken(offered, &here)?))));
    // `the weather for Berlin`, where an action is called `getWeather`.
    let mut loosely = false;
    if found.is_empty() && !asked {
        let mut without = cursor;
        verbs::skip_asking(&mut without);
        without.skip_all("the|my|a|current|of");
        if !world.at(&without).is_some_and(|noun| noun.own) {
            let got = world.actions.iter().filter_map(|offered| Some((offered, got(offered, &without)?)));
            found.extend(got);
        }
        if !found.is_empty() {
            (here, loosely) = (without, true);
        }
    }
    let Some(longest) = found.iter().map(|(_, len)| *len).max() else { return Ok(None) };
    here.skip(longest);
    let noun = world.find(&here).filter(|noun| noun.at <= 2 && noun.exact);
    let of = |resource: &str, at: &usize| world.collections.get(*at).is_some_and(|other| other.resource == resource);
    found.retain(|(offered, len)| {
        *len == longest && noun.as_ref().is_none_or(|noun| noun.collections.iter().any(|at| of(offered.resource, at)))
    });
    let offered = match found.as_slice() {
        [] => return Ok(None),
        [(only, _)] => *only,
        several => {
            let names: Vec<_> = several.iter().map(|(offered, _)| offered.name.as_str()).collect();
            return Err(format!("Did you mean {}?", sentence::either(&names)));
        }
    };
    if loosely {
        here.skip_all("is|for|in|of|at|on");
    }
    if let Some(noun) = noun {
        let mut before = Cursor::new(here.source, &here.tokens[..noun.at]);
        before.skip_all("my|the|all|in|a");
        if before.is_empty() {
            here.skip(noun.at + noun.len);
        }
    }
    let action = offered.action;
    if claimed && action.effect != Effect::Read {
        return Err(String::new());
    }
    let input = match input(world, offered.resource, here, action, asked) {
        Ok(input) => input,
        // An ordinary word may begin another command: `search products …`, `list …`.
        Err(_) if !asked && action.effect == Effect::Read && here.is_empty() => return Ok(None),
        Err(question) => return Err(question),
    };
    let Some((tool, arguments)) = world.toolbox.call_for_action(offered, input) else { return Ok(None) };
    let then = Then::Invoked { name: offered.name.clone() };
    Ok(Some(Plan::Act(Box::new(Act { tool, arguments, then, claimed }))))
}

/// Whether some action's name is said next.
pub(super) fn is_named(world: &World<'_>, cursor: &Cursor<'_>) -> bool {
    world.actions.iter().any(|offered| spoken(offered, cursor).is_some())
}

/// How many tokens say an action's whole name, if they do.
fn spoken(offered: &OfferedAction<'_>, here: &Cursor<'_>) -> Option<usize> {
    let words = forms::split(&offered.action.name);
    let whole = here.peek().is_some_and(|token| token.text == offered.name || token.text == offered.action.name);
    let meant = here.word(0) == "rename" && offered.action.name == "move";
    if whole || meant {
        return Some(1);
    }
    let said = !words.is_empty() && words.iter().enumerate().all(|(at, word)| here.word(at) == word);
    said.then_some(words.len())
}

/// How many tokens say what an action that reads gets, if they do: `weather` of `getWeather`.
fn got(offered: &OfferedAction<'_>, here: &Cursor<'_>) -> Option<usize> {
    const GETS: [&str; 7] = ["get", "read", "show", "fetch", "find", "view", "retrieve"];
    let words = forms::split(&offered.action.name);
    let (verb, what) = words.split_first()?;
    let gets = GETS.contains(&verb.as_str()) && offered.action.effect == Effect::Read && !what.is_empty();
    let said = what.iter().enumerate().all(|(at, word)| here.word(at) == word);
    (gets && said).then_some(what.len())
}

/// The action's input: name=value pairs; `X to Y` where it goes from one thing to another; one text where it reads.
fn input(
    world: &World<'_>,
    resource: &str,
    mut cursor: Cursor<'_>,
    action: &Action,
    asked: bool,
) -> Result<Map<String, Value>, Question> {
    let fields = inputs(action);
    if cursor.peek().is_some_and(|token| token.text.starts_with('{')) {
        let input = serde_json::from_str(cursor.rest()).map_err(|_| how(action, &fields))?;
        return complete(input, action, &fields);
    }
    cursor.skip_all("with|for");
    let pairs = cursor.tokens.get(1).is_some_and(|token| token.is_mark("=") || token.is_mark(":"));
    if pairs {
        return complete(named(cursor, action, &fields)?, action, &fields);
    }
    if cursor.is_empty() {
        return complete(Map::new(), action, &fields);
    }
    if let Some(input) = from_to(cursor, &fields) {
        return complete(input, action, &fields);
    }
    let needed: Vec<_> = fields.iter().filter(|field| field.required).collect();
    let cursor = without_place(world, resource, cursor);
    if let ([only], true, false) = (needed.as_slice(), action.effect == Effect::Read, asked && fields.len() > 1) {
        let (text, quoted) = match cursor.tokens {
            [token] => (token.text.as_str(), token.kind == Kind::Quoted),
            _ => (cursor.tokens_until(&Cursor::new(cursor.source, &[])), false),
        };
        if let Some(value) = values::fit(text, quoted, only) {
            return Ok(Map::from_iter([(only.name.clone(), value)]));
        }
    }
    Err(how(action, &fields))
}

/// Without `in my files` at the end.
fn without_place<'t>(world: &World<'_>, resource: &str, cursor: Cursor<'t>) -> Cursor<'t> {
    let Some(at) = cursor.tokens.iter().rposition(|token| token.lower == "in").filter(|at| *at > 0) else {
        return cursor;
    };
    let mut place = cursor;
    place.skip(at + 1);
    place.skip_all("my|the|all|of");
    let own = |at: &usize| world.collections.get(*at).is_some_and(|offered| offered.resource == resource);
    let found = world.at(&place).filter(|found| found.exact && found.len == place.tokens.len());
    if found.is_some_and(|found| found.collections.iter().all(own)) {
        return Cursor::new(cursor.source, &cursor.tokens[..at]);
    }
    cursor
}

/// `a.txt to b.txt`
fn from_to(cursor: Cursor<'_>, fields: &[Field]) -> Option<Map<String, Value>> {
    let one = |names: &[&str]| names.iter().find_map(|name| fields.iter().find(|f| f.name == *name && f.is_text()));
    let (from, to) = (one(&FROM)?, one(&TO)?);
    let [source, join, target] = cursor.tokens else { return None };
    let joined = ["to", "into", "as"].contains(&join.lower.as_str());
    let words = is_path(source) && target.kind != Kind::Mark;
    (joined && words && from.name != to.name).then(|| {
        Map::from_iter([(from.name.clone(), source.text.clone().into()), (to.name.clone(), target.text.clone().into())])
    })
}

fn named(mut cursor: Cursor<'_>, action: &Action, fields: &[Field]) -> Result<Map<String, Value>, Question> {
    let mut input = Map::new();
    while let Some(token) = cursor.next() {
        if token.is_mark(",") || token.is_mark(";") || token.lower == "and" {
            continue;
        }
        let field = fields.iter().find(|field| field.name.eq_ignore_ascii_case(&token.text));
        let joined = cursor.peek().is_some_and(|token| token.is_mark("=") || token.is_mark(":"));
        let (Some(field), true) = (field, joined) else { return Err(how(action, fields)) };
        cursor.skip(1);
        let start = cursor;
        let quoted = cursor.next().ok_or_else(|| how(action, fields))?.kind == Kind::Quoted;
        let begins = |here: &Cursor<'_>| here.tokens.get(1).is_some_and(|token| token.is_mark("="));
        while !quoted && !cursor.is_empty() && !begins(&cursor) {
            let mut ahead = cursor;
            ahead.skip(1);
            let apart = cursor.word(0) == "and" || cursor.peek().is_some_and(|token| token.kind == Kind::Mark);
            if apart && begins(&ahead) {
                break;
            }
            cursor.skip(1);
        }
        let text = if quoted { start.tokens[0].text.as_str() } else { start.tokens_until(&cursor) };
        let value = values::fit(text, quoted, field).ok_or_else(|| how(action, fields))?;
        input.insert(field.name.clone(), value);
    }
    Ok(input)
}

fn complete(input: Map<String, Value>, action: &Action, fields: &[Field]) -> Result<Map<String, Value>, Question> {
    match fields.iter().any(|field| field.required && !input.contains_key(&field.name)) {
        true => Err(how(action, fields)),
        false => Ok(input),
    }
}

/// The inputs of an action, as fields.
fn inputs(action: &Action) -> Vec<Field> {
    let schema = action.input.get();
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .map(|(name, schema)| Field { required: required.contains(&name.as_str()), ..Field::new(name, schema.clone()) })
        .collect()
}

fn how(action: &Action, fields: &[Field]) -> Question {
    let said: Vec<_> = fields
        .iter()
        .map(|field| {
            let needed = if field.required { ", needed" } else { "" };
            format!("{} ({}{needed})", field.name, values::kind(field))
        })
        .collect();
    let example =
        fields.iter().filter(|field| field.required).map(|field| format!("{}=…", field.name)).collect::<Vec<_>>();
    let with = if example.is_empty() { String::new() } else { format!(" with {}", example.join(", ")) };
    match said.is_empty() {
        true => format!("{} takes no input. Say “run {}”.", action.name, action.name),
        false => format!("{} takes {}. Say “run {}{with}”.", action.name, sentence::all(&said), action.name),
    }
}
