use std::collections::VecDeque;

use apollo_compiler::ast::FieldDefinition;

use super::tree::Tree;
use super::{POSSIBLE_MAX, is_deprecated, needs_arguments};
use crate::model::Model;

/// What of a page says how to go on.
const PAGE: [&str; 2] = ["hasNextPage", "endCursor"];

/// Fills a set and those below it, nearest first: ids, then what has no fields itself, then objects until `depth` objects lie
/// within one another. A page and its items count as one.
pub(super) fn fill(model: &Model, tree: &mut Tree<'_>, set: usize, depth: usize, is_payload: bool) {
    let mut waiting = VecDeque::from([(set, depth, is_payload)]);
    while let Some((set, depth, is_payload)) = waiting.pop_front() {
        let Some(of) = tree.sets.get(set).map(|it| it.of.clone()) else { continue };
        let above = tree.sets.get(set).and_then(|it| it.case_of.clone());
        // What an interface has was selected there.
        let is_new = |field: &&FieldDefinition| above.as_ref().is_none_or(|it| model.field(it, &field.name).is_none());
        let fits = |field: &&FieldDefinition| !needs_arguments(field) && !is_deprecated(field);
        let mut fields: Vec<_> = model.fields(&of).into_iter().filter(fits).filter(is_new).collect();
        fields.sort_by_key(|field| !is_id(field));
        let (objects, leaves): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|field| model.is_composite(field.ty.inner_named_type()));
        let has_id = leaves.iter().any(|field| is_id(field));
        for leaf in leaves {
            if tree.has_room() {
                tree.pick(set, leaf);
            }
        }
        if model.is_connection(&of) {
            page(model, tree, set, &of, depth, &mut waiting);
            continue;
        }
        let inner = if is_payload && !has_id { depth } else { depth.saturating_sub(1) };
        for object in objects {
            let is_page = model.is_connection(object.ty.inner_named_type());
            // A page within an answer is a second query for each item: whoever wants it names it.
            if inner == 0 || (is_page && !is_payload) || !tree.has_room() {
                continue;
            }
            if let Some(at) = tree.pick(set, object) {
                waiting.push_back((at, inner, false));
            }
        }
        for name in model.possible(&of).into_iter().take(POSSIBLE_MAX) {
            let adds =
                model.fields(name).into_iter().any(|field| fits(&field) && model.field(&of, &field.name).is_none());
            if adds && tree.has_room() {
                waiting.extend(tree.case(set, name).map(|at| (at, depth, false)));
            }
        }
    }
}

/// A page: how to go on, and its items.
fn page(
    model: &Model,
    tree: &mut Tree<'_>,
    set: usize,
    of: &str,
    depth: usize,
    waiting: &mut VecDeque<(usize, usize, bool)>,
) {
    about(model, tree, set, of);
    let Some((way, items)) = model.items(of) else { return };
    // A page of pages would never end: of what they hold, only their type is told.
    let is_page_again = model.is_connection(items);
    let mut at = Some(set);
    for step in way {
        at = at.and_then(|at| {
            let here = tree.sets.get(at)?.of.clone();
            tree.pick(at, model.field(&here, step)?)
        });
    }
    waiting.extend(at.filter(|_| !is_page_again).map(|at| (at, depth, false)));
}

/// Of a page, how to go on.
pub(super) fn about(model: &Model, tree: &mut Tree<'_>, set: usize, of: &str) {
    let Some(info) = model.field(of, "pageInfo") else { return };
    let Some(at) = tree.pick(set, info) else { return };
    for name in PAGE {
        if let Some(field) = model.field(info.ty.inner_named_type(), name) {
            tree.pick(at, field);
        }
    }
}

pub(super) fn is_id(field: &FieldDefinition) -> bool {
    field.ty.inner_named_type() == "ID" || field.name == "id"
}
