//! Puts the caller's own values among the arguments, and refuses anybody else's.

use access::Caller;
use apollo_compiler::ast::Type;
use connector::{Error, Result};
use serde_json::{Map, Value};
use upstream::{Identity, Target, another, fold};

use super::{Tied, places};
use crate::action::Argument;
use crate::model::Model;

impl Tied {
    /// Makes `input` the caller's: what names them is taken out, what names anybody else is refused wherever it stands, and
    /// their own values are put where they belong.
    pub(crate) fn fill(
        &self,
        identity: &Identity,
        caller: &Caller,
        model: &Model,
        arguments: &[Argument],
        input: &mut Map<String, Value>,
    ) -> Result<()> {
        let binds = self.tie.binds.iter().filter_map(|at| Some((*at, identity.binds().get(*at)?)));
        let values = binds.map(|(at, bind)| Ok((at, bind, bind.value(caller)?))).collect::<Result<Vec<_>>>()?;
        // First everything is looked at, then everything is set: what one bind sets is not another's finding.
        for (_, bind, own) in &values {
            match &bind.target {
                Target::Anywhere(name) => take_folded(input, &fold(name), own)?,
                Target::Body(path) => {
                    let owner = places::owner(model, arguments, path);
                    if let (Some(owner), Some(last)) = (owner, path.last()) {
                        let mut take = |of: Option<&str>, object: &mut Map<String, Value>| {
                            if of == owner.as_deref() { take(object, last, own) } else { Ok(()) }
                        };
                        visit(model, arguments, input, &mut take)?;
                    }
                }
                Target::Parameter(..) => {}
            }
        }
        for (at, bind, own) in &values {
            for (_, path) in self.sets.iter().filter(|(of, _)| of == at) {
                let Some(ty) = places::ty(model, arguments, path) else { continue };
                set_steps(input, path, &typed(own, ty))?;
            }
            if let Target::Anywhere(name) = &bind.target {
                let folded = fold(name);
                let mut set = |of: Option<&str>, object: &mut Map<String, Value>| {
                    let fields = of.and_then(|of| model.input(of)).into_iter().flat_map(|it| it.fields.values());
                    for field in fields.filter(|field| fold(&field.name) == folded) {
                        if model.input(field.ty.inner_named_type()).is_none() {
                            object.insert(field.name.to_string(), typed(own, &field.ty));
                        }
                    }
                    Ok(())
                };
                visit(model, arguments, input, &mut set)?;
            }
        }
        Ok(())
    }
}

/// Whether `given` is the caller's own value: alone, or a list of nothing else.
fn is_own(given: &Value, own: &str) -> bool {
    match given {
        Value::String(text) => text == own,
        Value::Number(number) => number.to_string() == own,
        Value::Bool(truth) => truth.to_string() == own,
        Value::Array(several) => !several.is_empty() && several.iter().all(|one| is_own(one, own)),
        Value::Null | Value::Object(_) => false,
    }
}

/// Takes out one entry, which must be the caller's own if it is there.
fn take(object: &mut Map<String, Value>, name: &str, own: &str) -> Result<()> {
    match object.remove(name) {
        Some(given) if !is_own(&given, own) => Err(another(name)),
        _ => Ok(()),
    }
}

/// Takes out every entry of this folded name, however deep: within scalars of the API's own, too.
fn take_folded(object: &mut Map<String, Value>, folded: &str, own: &str) -> Result<()> {
    let named: Vec<String> = object.keys().filter(|name| fold(name) == folded).cloned().collect();
    named.iter().try_for_each(|name| take(object, name, own))?;
    object.values_mut().try_for_each(|value| take_within(value, folded, own))
}

fn take_within(value: &mut Value, folded: &str, own: &str) -> Result<()> {
    match value {
        Value::Object(object) => take_folded(object, folded, own),
        Value::Array(items) => items.iter_mut().try_for_each(|item| take_within(item, folded, own)),
        _ => Ok(()),
    }
}

type Each<'a> = dyn FnMut(Option<&str>, &mut Map<String, Value>) -> Result<()> + 'a;

/// Shows every object of an input type, with that type's name; the arguments themselves first, which are of none.
fn visit(model: &Model, arguments: &[Argument], input: &mut Map<String, Value>, each: &mut Each<'_>) -> Result<()> {
    each(None, input)?;
    for argument in arguments {
        if let Some(value) = input.get_mut(argument.name.as_str()) {
            visit_value(model, &argument.ty, value, each)?;
        }
    }
    Ok(())
}

fn visit_value(model: &Model, ty: &Type, value: &mut Value, each: &mut Each<'_>) -> Result<()> {
    let Some(input) = model.input(ty.inner_named_type()) else { return Ok(()) };
    match value {
        // One object stands for a list of it (section 3.11).
        Value::Array(items) => items.iter_mut().try_for_each(|item| visit_value(model, ty, item, each)),
        Value::Object(object) => {
            each(Some(&input.name), object)?;
            for field in input.fields.values() {
                if let Some(inner) = object.get_mut(field.name.as_str()) {
                    visit_value(model, &field.ty, inner, each)?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The caller's value as this type takes it.
fn typed(own: &str, ty: &Type) -> Value {
    let one = match ty.inner_named_type().as_str() {
        "Int" => own.parse::<i64>().map_or_else(|_| own.into(), Value::from),
        "Float" => own.parse::<f64>().map_or_else(|_| own.into(), Value::from),
        "Boolean" => own.parse::<bool>().map_or_else(|_| own.into(), Value::from),
        _ => Value::from(own),
    };
    if ty.is_list() { Value::Array(vec![one]) } else { one }
}

/// Sets one field, and makes the objects on the way to it. A call without its user's value must not leave.
fn set_steps(object: &mut Map<String, Value>, path: &[String], typed: &Value) -> Result<()> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    if rest.is_empty() {
        object.insert(first.clone(), typed.clone());
        return Ok(());
    }
    set_within(object.entry(first.clone()).or_insert(Value::Null), first, rest, typed)
}

fn set_within(value: &mut Value, name: &str, path: &[String], typed: &Value) -> Result<()> {
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(object) => set_steps(object, path, typed),
        // Nothing in it would hold the caller's value, and many a server reads it as no condition at all.
        Value::Array(items) if items.is_empty() => {
            let name: String = name.chars().take(80).collect();
            Err(Error::invalid(format!("`{name}` must not be an empty list.")))
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| set_within(item, name, path, typed)),
        _ => {
            let name: String = name.chars().take(80).collect();
            Err(Error::invalid(format!("`{name}` must be an object.")))
        }
    }
}
