//! A stored function or procedure, as the database describes it.

use access::Effect;
use connector::{Action, Ownership, Result};
use serde_json::{Map, Value, json};

use super::{Answer, Declared, Place, Ready, Slot, Source, Written, names_a_user, output, parameter};
use crate::Config;
use crate::config::{FunctionConfig, rows_max};
use crate::introspect::functions::{self, Argument, Function};
use crate::introspect::types;
use crate::pool::Session;
use crate::schema::{Column, Engine, Kind};
use crate::sql::plain;

pub(super) async fn declared(
    place: &Place<'_>,
    engine: Engine,
    session: &mut Session,
    config: &Config,
    settings: &FunctionConfig,
) -> Result<Declared> {
    if engine != Engine::Postgres {
        return Err(place
            .wrong("stored functions are offered for PostgreSQL only; declare a query in `queries` instead".into()));
    }
    let function = found(place, session, config, settings).await?;
    let bound: Vec<&String> = settings.caller_argument.iter().chain(settings.claim_arguments.keys()).collect();
    let taken: Vec<&Argument> = function.arguments.iter().filter(|argument| argument.mode == 'i').collect();
    if let Some(unknown) = bound.iter().find(|name| !taken.iter().any(|argument| argument.name == ***name)) {
        let known: Vec<&str> = taken.iter().map(|argument| argument.name.as_str()).collect();
        return Err(place.wrong(format!("it has no argument `{unknown}`; its arguments: {}", known.join(", "))));
    }
    if bound.is_empty() && !settings.shared {
        return Ok(place.closed("no argument of it is said to be the caller's (`caller_argument`)"));
    }
    let kinds = types::columns(session, &taken.iter().map(|argument| argument.type_id).collect::<Vec<_>>()).await?;
    let mut slots = Vec::with_capacity(taken.len());
    let mut properties = Map::new();
    let mut needed = Vec::new();
    let with_default = function.given.saturating_sub(function.defaults);
    for (at, argument) in taken.iter().enumerate() {
        let mut column = kinds.get(&argument.type_id).cloned().unwrap_or_default();
        column.name.clone_from(&argument.name);
        let source = match settings.claim_arguments.get(&argument.name) {
            _ if settings.caller_argument.as_ref() == Some(&argument.name) => Source::CallerId,
            Some(claim) => Source::Claim(claim.clone()),
            None => Source::Argument {
                name: argument.name.clone(),
                settings: None,
                default: None,
                required: at < with_default,
            },
        };
        match &source {
            Source::Argument { name, required, .. } => {
                if names_a_user(name, config) {
                    return Err(place.wrong(format!(
                        "its argument `{name}` would say for whom; write caller_argument = \"{name}\""
                    )));
                }
                properties.insert(name.clone(), output::argument_schema(&column));
                needed.extend(required.then(|| name.clone()));
            }
            Source::CallerId | Source::Claim(_) => {
                let many = matches!(column.kind, Kind::Array(_)) && matches!(source, Source::Claim(_));
                if !plain::can_be_caller(&column) && !many {
                    return Err(place.wrong(format!(
                        "its argument `{}` is of the type {}, which is not how users are named",
                        argument.name, column.declared
                    )));
                }
            }
        }
        slots.push(Slot { source, column });
    }
    let effect = settings.effect.unwrap_or(match function.volatility {
        'i' | 's' if function.kind == 'f' => Effect::Read,
        _ => Effect::Write,
    });
    let most = settings.rows_max.unwrap_or_else(rows_max).max(1);
    let (statement, answer, given) = statement(place, session, &function, &slots, most).await?;
    let by = bound.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let action = Action {
        name: place.name.to_owned(),
        description: settings.description.clone().or_else(|| function.comment.clone()),
        input: parameter::input(properties, needed).into(),
        output: given.map(Into::into),
        effect,
        idempotent: effect == Effect::Read,
        identity: bound.iter().map(|name| (*name).clone()).collect(),
        own: std::collections::BTreeMap::new(),
        shown: None,
        ownership: match by.is_empty() {
            true => Ownership::Shared { writable: effect != Effect::Read },
            false => Ownership::Owned { by: format!("argument {by}") },
        },
    };
    Ok(Declared::Open(Box::new(action), Box::new(Ready { effect, statement, slots, answer, rows_max: most })))
}

/// The one function that is meant.
async fn found(
    place: &Place<'_>,
    session: &mut Session,
    config: &Config,
    settings: &FunctionConfig,
) -> Result<Function> {
    let full = settings.function.as_deref().unwrap_or(place.name);
    let (schema, name) = full.split_once('.').unwrap_or(("", full));
    let mut all = functions::named(session, &config.schemas, schema, name).await?;
    let function = match (all.pop(), all.is_empty()) {
        (None, _) => return Err(place.wrong(format!("there is no function or procedure `{full}`"))),
        (Some(only), true) => only,
        (Some(_), false) => {
            return Err(place.wrong(format!(
                "there are several functions `{full}`; give the one that is meant a name of its own, or its schema \
                 with `function = \"schema.name\"`"
            )));
        }
    };
    let wrong = match &function {
        it if !matches!(it.kind, 'f' | 'p') => "it is an aggregate or window function",
        it if it.variadic => "it takes any number of arguments (VARIADIC)",
        it if it.kind == 'p' && it.arguments.iter().any(|argument| argument.mode != 'i') => {
            "it is a procedure with OUT arguments; wrap it in a function"
        }
        it if it.arguments.iter().any(|argument| argument.mode == 'b') => {
            "it has INOUT arguments; wrap it in a function that gives them back"
        }
        it if it.arguments.iter().any(|argument| argument.mode == 'i' && argument.name.is_empty()) => {
            "its arguments have no names"
        }
        it if !it.executable => "the database user of `url` may not execute it",
        _ => return Ok(function),
    };
    Err(place.wrong(wrong.into()))
}

/// The text around the arguments, and what comes back.
async fn statement(
    place: &Place<'_>,
    session: &mut Session,
    function: &Function,
    slots: &[Slot],
    rows_max: u32,
) -> Result<(Written, Answer, Option<Value>)> {
    let name = format!("{}.{}", quoted(&function.schema), quoted(&function.name));
    if function.kind == 'p' {
        let written = Written::Function { before: format!("CALL {name}("), after: ")".into() };
        return Ok((written, Answer::Done, None));
    }
    let (before, after) = match function.void {
        true => (format!("SELECT NULL::text FROM {name}("), ") AS \"given\""),
        false => (format!("SELECT * FROM {name}("), ") AS \"given\""),
    };
    let all: Vec<usize> = (0..slots.len()).collect();
    let bare = format!("{before}{}{after}", arguments(slots, &all));
    let described = session.describe(&bare).await.map_err(|error| place.refused(error, ""))?;
    if function.void {
        return Ok((Written::Function { before, after: after.into() }, Answer::Done, None));
    }
    let ids: Vec<u32> = described.columns.iter().map(|column| column.type_id).collect();
    let known = types::columns(session, &ids).await?;
    let column = |id: u32| known.get(&id).cloned().unwrap_or_default();
    let columns: Vec<(String, Column)> =
        described.columns.into_iter().map(|answered| (answered.name, column(answered.type_id))).collect();
    // Where the operator's text stands in ours.
    const HERE: &str = "\u{1}";
    let (whole, answer, given) = match columns.as_slice() {
        [(name, column)] if !function.rows && !function.composite => {
            (output::value(HERE, name, column), Answer::Single, output::value_schema(column))
        }
        columns => {
            let whole = output::rows(HERE, columns, rows_max);
            let row = output::row_schema(columns);
            match function.rows {
                true => (whole, Answer::Json, json!({"type": "array", "items": row})),
                false => (whole, Answer::Single, row),
            }
        }
    };
    let (head, tail) = whole.split_once(HERE).unwrap_or((&whole, ""));
    let written = Written::Function { before: format!("{head}{before}"), after: format!("{after}{tail}") };
    Ok((written, answer, Some(given)))
}

/// The arguments at these places, by their names, so that any with a default can be left out.
pub(crate) fn arguments(slots: &[Slot], present: &[usize]) -> String {
    let one = |(number, at): (usize, &usize)| {
        let column = &slots[*at].column;
        format!("{} => {}", quoted(&column.name), plain::slot(Engine::Postgres, column, number + 1))
    };
    present.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
}

/// A name from the database's own catalog.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
