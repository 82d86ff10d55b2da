//! Where among an action's arguments a caller's own value can stand.

use std::collections::HashSet;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;

use crate::action::Argument;
use crate::model::Model;

/// Arguments and the fields of arguments that every call has, so that what is set there holds for every call: plain
/// arguments; and plain fields of an object, or of the objects of a list that must be given. An input type that has itself
/// among its fields is left out: in a filter with `or` and `not` one field says little of what is found.
pub(super) fn of(model: &Model, arguments: &[Argument]) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for argument in arguments {
        let name = argument.ty.inner_named_type();
        let Some(input) = model.input(name) else {
            all.push(vec![argument.name.to_string()]);
            continue;
        };
        if holds_itself(model, name) || (argument.ty.is_list() && !argument.is_required()) {
            continue;
        }
        let plain = input.fields.values().filter(|field| model.input(field.ty.inner_named_type()).is_none());
        all.extend(plain.map(|field| vec![argument.name.to_string(), field.name.to_string()]));
    }
    all
}

fn holds_itself(model: &Model, name: &str) -> bool {
    let (mut seen, mut waiting) = (HashSet::new(), vec![name]);
    while let Some(at) = waiting.pop() {
        let fields = model.input(at).into_iter().flat_map(|input| input.fields.values());
        for inner in fields.map(|field| field.ty.inner_named_type().as_str()) {
            if inner == name {
                return true;
            }
            if model.input(inner).is_some() && seen.insert(inner) {
                waiting.push(inner);
            }
        }
    }
    false
}

/// The type that the last step of a path belongs to: none for an argument itself. Nothing where the path leads nowhere or
/// ends at an object.
pub(super) fn owner(model: &Model, arguments: &[Argument], path: &[String]) -> Option<Option<Name>> {
    let (first, rest) = path.split_first()?;
    let mut ty = &arguments.iter().find(|it| it.name == first.as_str())?.ty;
    let mut owner = None;
    for step in rest {
        let input = model.input(ty.inner_named_type())?;
        owner = Some(input.name.clone());
        ty = &input.fields.get(step.as_str())?.ty;
    }
    model.input(ty.inner_named_type()).is_none().then_some(owner)
}

/// Whether a path ends at a plain value.
pub(super) fn leads_to_a_value(model: &Model, arguments: &[Argument], path: &[String]) -> bool {
    owner(model, arguments, path).is_some()
}

/// The type of a field, or of an argument where it is a field of nothing.
pub(super) fn ty<'a>(model: &'a Model, arguments: &'a [Argument], path: &[String]) -> Option<&'a Type> {
    let (first, rest) = path.split_first()?;
    let mut ty = &arguments.iter().find(|it| it.name == first.as_str())?.ty;
    for step in rest {
        ty = &model.input(ty.inner_named_type())?.fields.get(step.as_str())?.ty;
    }
    Some(ty)
}
