use connector::{Collection, OperationKind};
use gateway::Reply;
use serde_json::{Map, Value, json};

use super::super::nouns::World;
use super::super::plan::{Act, Done, Plan, Then};
use super::super::render::short;
use super::super::values;
use super::{Verb, Wish, data, failure};

/// The setting as it is now.
pub(super) fn look_up(world: &World<'_>, wish: &Wish) -> Option<(String, Value)> {
    if !matches!(wish.verb, Verb::Set { .. } | Verb::Ask | Verb::Reset | Verb::Turn(_)) {
        return None;
    }
    let at = world.settings()?;
    world.can(at, OperationKind::Get).then_some(())?;
    let arguments = Map::from_iter([("identifier".to_owned(), key(wish).into())]);
    world.toolbox.call_for(world.collections.get(at)?, OperationKind::Get, arguments)
}

/// A key is what was said; of several words, they are joined as names of keys are.
fn key(wish: &Wish) -> String {
    wish.name.join("_")
}

/// What comes of it, now that it is known whether the setting is there.
pub(super) fn decide<'a>(world: &World<'a>, wish: &Wish, reply: &Reply) -> Plan<'a> {
    let absent = reply.code == Some("not_found");
    if !reply.success && !absent {
        return Plan::Say(failure(reply));
    }
    let Some((at, offered)) = world.settings().and_then(|at| Some((at, world.collections.get(at)?))) else {
        return Plan::Say(failure(reply));
    };
    let (row, name) = (data(reply), key(wish));
    let own = !absent && row.get("source").and_then(Value::as_str) != Some("default");
    let value = match &wish.verb {
        Verb::Set { text, quoted } => value(text, *quoted),
        Verb::Turn(on) => Value::Bool(*on),
        Verb::Reset if own => return deletion(world, at, name, &row, offered.collection),
        Verb::Reset => return Plan::Say(format!("{name} is not set: there is nothing to reset.")),
        Verb::Ask | Verb::Past(_) | Verb::Do if absent => {
            return Plan::Say(format!("There is no setting and no device called “{}”.", wish.said()));
        }
        Verb::Ask | Verb::Past(_) | Verb::Do => return Plan::Tell(told(&name, &row, own)),
    };
    // Nobody has a setting by that name, and to turn it on is no way to make one.
    if absent && matches!(wish.verb, Verb::Turn(_)) {
        return Plan::Say(format!("Nothing was changed: there is no device and no setting called “{}”.", wish.said()));
    }
    let (kind, mut arguments) = match own {
        true => (
            OperationKind::Update,
            Map::from_iter([
                ("identifier".to_owned(), name.clone().into()),
                ("data".to_owned(), json!({"value": value})),
            ]),
        ),
        false => (OperationKind::Create, Map::from_iter([("data".to_owned(), json!({"key": name, "value": value}))])),
    };
    if own {
        arguments.extend(expected(offered.collection, kind, &row));
    }
    act(world, at, kind, arguments, Done::Is { name, value })
}

fn deletion<'a>(world: &World<'a>, at: usize, name: String, row: &Value, collection: &Collection) -> Plan<'a> {
    let mut arguments = Map::from_iter([("identifier".to_owned(), name.clone().into())]);
    arguments.extend(expected(collection, OperationKind::Delete, row));
    act(world, at, OperationKind::Delete, arguments, Done::Reset { name })
}

fn act<'a>(world: &World<'a>, at: usize, kind: OperationKind, arguments: Map<String, Value>, done: Done) -> Plan<'a> {
    let called = world.collections.get(at).filter(|_| world.can(at, kind));
    let called = called.and_then(|offered| world.toolbox.call_for(offered, kind, arguments));
    match called {
        Some((tool, arguments)) => {
            Plan::Act(Box::new(Act { tool, arguments, then: Then::Wished { done }, claimed: false }))
        }
        None => Plan::Say(format!("Nothing was changed: you cannot {} settings here.", kind.as_str())),
    }
}

/// The argument that holds a change to what was looked up, so that nobody else's change is lost.
fn expected(collection: &Collection, kind: OperationKind, row: &Value) -> Option<(String, Value)> {
    const ARGUMENT: &str = "if_version";
    let mut parameters = collection.parameters.get(&kind).into_iter().flatten();
    parameters.any(|parameter| parameter.name == ARGUMENT).then_some(())?;
    let version = row.get("revision").or_else(|| row.get("_version")).filter(|version| !version.is_null());
    Some((ARGUMENT.to_owned(), version?.clone()))
}

fn told(name: &str, row: &Value, own: bool) -> String {
    let value = short(row.get("value").unwrap_or(&Value::Null));
    let default = if own { "" } else { " (the default)" };
    format!("{name} is {value}{default}.")
}

/// What was written, as JSON: a number or yes and no where it is plainly that, else text.
fn value(text: &str, quoted: bool) -> Value {
    let plain = |text: &str| match text {
        "true" | "false" => values::boolean(text),
        _ if text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.')) => values::number(text, true),
        _ if text.starts_with(['{', '[']) => serde_json::from_str(text).ok(),
        _ => None,
    };
    Some(text).filter(|_| !quoted).and_then(plain).unwrap_or_else(|| text.into())
}
