//! Fields of the query and mutation types.

use apollo_compiler::ast::{FieldDefinition, OperationType};
use connector::Hidden;

use super::names::Names;
use super::{Action, Argument, Body, DESCRIPTION_CHARS_MAX, effect, subscription};
use crate::model::Model;
use crate::select::Answer;
use crate::words;

/// The argument that chooses what is answered, where the field has no argument of that name.
const CHOOSE: [&str; 3] = ["fields", "select_fields", "bellhop_fields"];

/// Adds an action for each field.
pub(super) fn actions(model: &Model, names: &mut Names, actions: &mut Vec<Action>, hidden: &mut Vec<Hidden>) {
    for (operation, word) in [(OperationType::Query, "query"), (OperationType::Mutation, "mutation")] {
        let Some(root) = model.schema.root_operation(operation) else { continue };
        let is_mutation = operation == OperationType::Mutation;
        for field in model.fields(root).into_iter().filter(|field| !field.name.starts_with("__")) {
            actions.push(action(model, field, is_mutation, names.action(&field.name, word)));
        }
    }
    if let Some(root) = model.schema.root_operation(OperationType::Subscription) {
        hidden.extend(model.fields(root).into_iter().map(|field| subscription(&field.name)));
    }
}

fn action(model: &Model, field: &FieldDefinition, is_mutation: bool, name: String) -> Action {
    let of = field.ty.inner_named_type();
    let choose = CHOOSE.into_iter().find(|name| field.arguments.iter().all(|it| it.name != *name));
    let answer = Answer { of: of.to_string(), is_payload: is_mutation, follows: true };
    Action {
        name,
        description: description(field),
        effect: effect(is_mutation, &field.name),
        is_mutation,
        arguments: field.arguments.iter().map(|it| Argument::of(it)).collect(),
        body: Body::Field {
            name: field.name.clone(),
            answer: model.is_composite(of).then_some(answer),
            choose: choose.unwrap_or_default().to_owned(),
        },
    }
}

/// The schema's words, and what it gives: better than nothing to search in.
fn description(field: &FieldDefinition) -> Option<String> {
    let deprecated = if field.directives.has("deprecated") { "Deprecated. " } else { "" };
    let text = field.description.as_deref().unwrap_or_default();
    let text = text.trim();
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    let text = format!("{deprecated}{text}{end} Gives {}.", field.ty);
    Some(words::clean(&text, DESCRIPTION_CHARS_MAX))
}
