//! Puts the caller's own values among the arguments, and refuses anybody else's.

use access::Caller;
use connector::{Error, Result};
use serde_json::{Map, Value};
use upstream::{
    Identity, Place as At, Target, another, fold, is_spelling, take_everywhere as take_folded, take_one as take,
};

use super::{Tied, argument_of, schema};
use crate::api::{Api, Body, BodyArguments, Definitions, Operation, Place};

impl Tied {
    /// Makes `input` the caller's: what names them is taken out, what names anybody else is refused wherever it
    /// stands, and their own values are put where they belong.
    pub(crate) fn fill(
        &self,
        identity: &Identity,
        caller: &Caller,
        api: &Api,
        operation: &Operation,
        input: &mut Map<String, Value>,
    ) -> Result<()> {
        input.retain(|name, _| !self.taken.contains(name));
        let binds = self.tie.binds.iter().filter_map(|at| Some((*at, identity.binds().get(*at)?)));
        let values = binds.map(|(at, bind)| Ok((at, bind, bind.value(caller)?))).collect::<Result<Vec<_>>>()?;
        // First everything is looked at, then everything is set: what one bind sets is not another's finding.
        for (at, bind, value) in &values {
            for (argument, _) in self.bound.iter().filter(|(_, bound)| bound == at) {
                take(input, argument, value)?;
            }
            match &bind.target {
                Target::Anywhere(name) => take_folded(input, &fold(name), value)?,
                Target::Parameter(target, name) => {
                    let declared = |argument: &str| is_declared(operation, argument);
                    take_undeclared(input, &fold(name), value, &declared)?;
                    if *target == At::Query {
                        take_spread(input, operation, name, value)?;
                    }
                }
                Target::Body(path) => take_path(input, operation, path, value)?,
            }
        }
        for (at, bind, value) in &values {
            self.set_parameters(*at, api, operation, input, value);
            let Some(body) = &operation.body else { continue };
            match &bind.target {
                Target::Anywhere(name) => set_anywhere(body, api, input, &fold(name), value)?,
                Target::Body(path) => set_path(body, api, input, path, value)?,
                Target::Parameter(..) => {}
            }
        }
        Ok(())
    }

    fn set_parameters(&self, at: usize, api: &Api, operation: &Operation, input: &mut Map<String, Value>, value: &str) {
        for parameter in &operation.parameters {
            if self.bound.iter().any(|(name, bound)| *bound == at && *name == parameter.argument) {
                let typed = schema::typed(value, &parameter.schema, &api.definitions);
                input.insert(parameter.argument.clone(), typed);
            }
        }
    }
}

/// Takes out outermost entries that are another spelling of the name and none of the operation's arguments.
fn take_undeclared(
    input: &mut Map<String, Value>,
    folded: &str,
    own: &str,
    declared: &dyn Fn(&str) -> bool,
) -> Result<()> {
    let named: Vec<String> =
        input.keys().filter(|name| is_spelling(name, folded) && !declared(name)).cloned().collect();
    named.iter().try_for_each(|name| take(input, name, own))
}

fn is_declared(operation: &Operation, argument: &str) -> bool {
    operation.parameters.iter().any(|it| it.argument == argument)
        || operation.body.as_ref().is_some_and(|body| match &body.arguments {
            BodyArguments::Properties(names) => names.contains_key(argument),
            BodyArguments::Whole(name) => name == argument,
        })
}

/// An object among the query's parameters may be written as pairs of its own names.
fn take_spread(input: &mut Map<String, Value>, operation: &Operation, name: &str, own: &str) -> Result<()> {
    for parameter in operation.parameters.iter().filter(|it| it.place == Place::Query) {
        if let Some(Value::Object(object)) = input.get_mut(&parameter.argument) {
            let folded = fold(name);
            let named: Vec<String> = object.keys().filter(|found| is_spelling(found, &folded)).cloned().collect();
            named.iter().try_for_each(|found| take(object, found, own))?;
        }
    }
    Ok(())
}

/// Takes out one field of the body, named from the outermost in, in any spelling of its steps.
fn take_path(input: &mut Map<String, Value>, operation: &Operation, path: &[String], own: &str) -> Result<()> {
    let Some(body) = &operation.body else { return Ok(()) };
    match (&body.arguments, path.split_first()) {
        (BodyArguments::Whole(argument), Some(_)) => {
            input.get_mut(argument).map_or(Ok(()), |value| take_steps(value, path, own))
        }
        (BodyArguments::Properties(names), Some((first, rest))) => {
            let folded = fold(first);
            let declared = |argument: &str| is_declared(operation, argument);
            if rest.is_empty() {
                return take_undeclared(input, &folded, own, &declared);
            }
            if let Some(value) = argument_of(names, first).and_then(|argument| input.get_mut(argument)) {
                take_steps(value, rest, own)?;
            }
            let others: Vec<String> =
                input.keys().filter(|name| is_spelling(name, &folded) && !declared(name)).cloned().collect();
            others.first().map_or(Ok(()), |name| Err(another(name)))
        }
        (_, None) => Ok(()),
    }
}

fn take_steps(value: &mut Value, path: &[String], own: &str) -> Result<()> {
    match (value, path.split_first()) {
        (Value::Array(items), Some(_)) => items.iter_mut().try_for_each(|item| take_steps(item, path, own)),
        (Value::Object(object), Some((first, rest))) => {
            let folded = fold(first);
            let named: Vec<String> = object.keys().filter(|name| is_spelling(name, &folded)).cloned().collect();
            for name in named {
                if rest.is_empty() {
                    take(object, &name, own)?;
                } else if name == *first {
                    object.get_mut(&name).map_or(Ok(()), |inner| take_steps(inner, rest, own))?;
                } else {
                    return Err(another(&name));
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Sets every field of this folded name that the body's schema has: the outermost ones always, deeper ones where what
/// they belong to was given.
fn set_anywhere(body: &Body, api: &Api, input: &mut Map<String, Value>, folded: &str, own: &str) -> Result<()> {
    let definitions = &api.definitions;
    let outermost = schema::names(&body.schema, definitions);
    match &body.arguments {
        BodyArguments::Properties(names) => {
            for (argument, wire) in names {
                let Some(of) = schema::field(&body.schema, definitions, std::slice::from_ref(wire)) else { continue };
                if fold(wire) == folded {
                    input.insert(argument.clone(), schema::typed(own, of, definitions));
                } else if let Some(value) = input.get_mut(argument) {
                    set_within(value, of, definitions, folded, own);
                }
            }
        }
        BodyArguments::Whole(argument) => {
            let has_it = outermost.iter().any(|name| fold(name) == folded);
            if has_it {
                within(input.entry(argument.clone()).or_insert(Value::Null), argument)?;
            }
            if let Some(value) = input.get_mut(argument) {
                set_within(value, &body.schema, definitions, folded, own);
            }
        }
    }
    Ok(())
}

/// What a bound field belongs to: where it is nothing it becomes an object, and where it could not hold the field the
/// call is refused. A call without its user's value must not leave.
fn within<'a>(value: &'a mut Value, name: &str) -> Result<&'a mut Value> {
    match value {
        Value::Null => *value = Value::Object(Map::new()),
        Value::Object(_) | Value::Array(_) => {}
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let name: String = name.chars().take(80).collect();
            return Err(Error::invalid(format!("`{name}` must be an object.")));
        }
    }
    Ok(value)
}

fn set_within(value: &mut Value, of: &Value, definitions: &Definitions, folded: &str, own: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| set_within(item, of, definitions, folded, own)),
        Value::Object(object) => {
            for name in schema::names(of, definitions) {
                let Some(inner) = schema::field(of, definitions, std::slice::from_ref(&name)) else { continue };
                if fold(&name) == folded {
                    object.insert(name, schema::typed(own, inner, definitions));
                } else if let Some(value) = object.get_mut(&name) {
                    set_within(value, inner, definitions, folded, own);
                }
            }
        }
        _ => {}
    }
}

/// Sets one field of the body, and makes the objects on the way to it.
fn set_path(body: &Body, api: &Api, input: &mut Map<String, Value>, path: &[String], own: &str) -> Result<()> {
    let Some(of) = schema::field(&body.schema, &api.definitions, path) else { return Ok(()) };
    let typed = schema::typed(own, of, &api.definitions);
    match (&body.arguments, path.split_first()) {
        (BodyArguments::Whole(argument), Some(_)) => {
            let value = input.entry(argument.clone()).or_insert(Value::Null);
            set_steps(within(value, argument)?, path, &typed)
        }
        (BodyArguments::Properties(names), Some((first, rest))) => {
            let Some(argument) = argument_of(names, first) else { return Ok(()) };
            if rest.is_empty() {
                input.insert(argument.clone(), typed);
                return Ok(());
            }
            let value = input.entry(argument.clone()).or_insert(Value::Null);
            set_steps(within(value, argument)?, rest, &typed)
        }
        (_, None) => Ok(()),
    }
}

fn set_steps(value: &mut Value, path: &[String], typed: &Value) -> Result<()> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| set_steps(within(item, first)?, path, typed)),
        Value::Object(object) if rest.is_empty() => {
            object.insert(first.clone(), typed.clone());
            Ok(())
        }
        Value::Object(object) => {
            let inner = object.entry(first.clone()).or_insert(Value::Null);
            set_steps(within(inner, first)?, rest, typed)
        }
        _ => Ok(()),
    }
}
