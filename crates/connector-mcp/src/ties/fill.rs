//! Puts the caller's own values among the arguments, and refuses anybody else's.

use access::Caller;
use connector::{Error, Result};
use serde_json::{Map, Value};
use upstream::{Identity, Target, another, fold, is_spelling, take_everywhere, take_one};

use super::{Tied, schema};

impl Tied {
    /// Makes `arguments` the caller's: what names them is taken out, what names anybody else is refused wherever it
    /// stands, and their own values are put where the schema has them.
    pub(crate) fn fill(
        &self,
        identity: &Identity,
        caller: &Caller,
        input: &Map<String, Value>,
        arguments: &mut Map<String, Value>,
    ) -> Result<()> {
        let binds = self.tie.binds.iter().filter_map(|at| identity.binds().get(*at));
        let values = binds.map(|bind| Ok((bind, bind.value(caller)?))).collect::<Result<Vec<_>>>()?;
        // First everything is looked at, then everything is set: what one bind sets is not another's finding.
        for (bind, value) in &values {
            match &bind.target {
                Target::Anywhere(name) => take_everywhere(arguments, &fold(name), value)?,
                Target::Body(path) => take_path(arguments, path, value)?,
                Target::Parameter(..) => {}
            }
        }
        for (bind, value) in &values {
            match &bind.target {
                Target::Anywhere(name) => set_everywhere(arguments, input, input, &fold(name), value),
                Target::Body(path) => {
                    if let Some(of) = schema::field(input, path) {
                        set_path(arguments, path, &schema::typed(value, of))?;
                    }
                }
                Target::Parameter(..) => {}
            }
        }
        Ok(())
    }
}

/// Sets every field of this folded name that the schema has: outermost ones always, deeper ones where what they belong
/// to was given.
fn set_everywhere(
    object: &mut Map<String, Value>,
    of: &Map<String, Value>,
    root: &Map<String, Value>,
    folded: &str,
    own: &str,
) {
    let Some(properties) = of.get("properties").and_then(Value::as_object) else { return };
    for (name, inner) in properties {
        if fold(name) == folded {
            object.insert(name.clone(), schema::typed(own, inner));
        } else if let Some(value) = object.get_mut(name) {
            set_within(value, schema::inner(inner, root), root, folded, own);
        }
    }
}

fn set_within(value: &mut Value, of: &Value, root: &Map<String, Value>, folded: &str, own: &str) {
    match value {
        Value::Object(object) => {
            if let Some(of) = of.as_object() {
                set_everywhere(object, of, root, folded, own);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set_within(item, of, root, folded, own)),
        _ => {}
    }
}

/// Takes out one field, named from the outermost in, in any spelling of its steps.
fn take_path(object: &mut Map<String, Value>, path: &[String], own: &str) -> Result<()> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    let named: Vec<String> = object.keys().filter(|name| is_spelling(name, &fold(first))).cloned().collect();
    for name in named {
        if rest.is_empty() {
            take_one(object, &name, own)?;
        } else if name != *first {
            return Err(another(&name));
        } else if let Some(value) = object.get_mut(&name) {
            take_within(value, rest, own)?;
        }
    }
    Ok(())
}

fn take_within(value: &mut Value, path: &[String], own: &str) -> Result<()> {
    match value {
        Value::Object(object) => take_path(object, path, own),
        Value::Array(items) => items.iter_mut().try_for_each(|item| take_within(item, path, own)),
        _ => Ok(()),
    }
}

/// Sets one field, and makes the objects on the way to it.
fn set_path(object: &mut Map<String, Value>, path: &[String], own: &Value) -> Result<()> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    if rest.is_empty() {
        object.insert(first.clone(), own.clone());
        return Ok(());
    }
    match object.entry(first.clone()).or_insert_with(|| Map::new().into()) {
        Value::Object(inner) => set_path(inner, rest, own),
        Value::Array(items) => items.iter_mut().try_for_each(|item| match item {
            Value::Object(inner) => set_path(inner, rest, own),
            _ => Err(no_object(first)),
        }),
        _ => Err(no_object(first)),
    }
}

/// A call without its user's value must not leave.
fn no_object(name: &str) -> Error {
    let name: String = name.chars().take(80).collect();
    Error::invalid(format!("`{name}` must be an object."))
}
