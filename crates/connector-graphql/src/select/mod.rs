//! What of an answer is asked for: a useful selection of its own, or the paths that a caller names.
//!
//! Whatever it is, it is made of the schema's own names and never of a caller's text.

mod chosen;
mod tree;
mod usual;

use apollo_compiler::ast::{FieldDefinition, InputValueDefinition};
use connector::Result;

use crate::model::Model;
use tree::Tree;

/// How many types of an interface or union are looked into.
const POSSIBLE_MAX: usize = 12;
/// The longest list of field names in a description, in characters.
const HINT_CHARS_MAX: usize = 500;

/// What an action answers with.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The name of its type.
    pub(crate) of: String,
    /// Whether a first object without an id of its own is only the envelope of what a mutation gives.
    pub(crate) is_payload: bool,
    /// Whether objects may be selected that the answer leads to.
    pub(crate) follows: bool,
}

/// The selection that an action makes by itself, braces and all.
pub(crate) fn usual(model: &Model, result: &Answer) -> String {
    let mut tree = Tree::new(model, &result.of);
    let depth = if result.follows { model.bounds.depth.max(1) } else { 1 };
    usual::fill(model, &mut tree, 0, depth, result.is_payload);
    tree.render()
}

/// The selection of these dotted paths.
pub(crate) fn chosen(model: &Model, result: &Answer, paths: &[&str]) -> Result<String> {
    let mut tree = Tree::new(model, &result.of);
    for path in paths {
        chosen::add(model, &mut tree, result, path)?;
    }
    Ok(tree.render())
}

/// What can be named in a path, for people: `id, title, author {…}`.
pub(crate) fn hint(model: &Model, result: &Answer) -> String {
    let of = model.items(&result.of).filter(|_| model.is_connection(&result.of));
    let of = of.map_or(result.of.as_str(), |(_, items)| items.as_str());
    let mut names: Vec<String> = Vec::new();
    for field in model.fields(of).into_iter().filter(|field| !needs_arguments(field)) {
        let is_composite = model.is_composite(field.ty.inner_named_type());
        if !is_composite || result.follows || result.is_payload {
            names.push(format!("{}{}", field.name, if is_composite { " {…}" } else { "" }));
        }
    }
    names.extend(model.possible(of).into_iter().take(POSSIBLE_MAX).map(|name| format!("{name} {{…}}")));
    crate::words::clean(&format!("{of} has: {}", names.join(", ")), HINT_CHARS_MAX)
}

/// Whether a field cannot be selected without saying more.
fn needs_arguments(field: &FieldDefinition) -> bool {
    field.arguments.iter().any(|it| it.ty.is_non_null() && it.default_value.is_none())
}

fn is_deprecated(field: &FieldDefinition) -> bool {
    field.directives.has("deprecated")
}

/// How many items of a list are asked for, where the API takes a number.
fn arguments(model: &Model, field: &FieldDefinition) -> String {
    let of = field.ty.inner_named_type();
    if !(field.ty.is_list() || model.is_connection(of)) {
        return String::new();
    }
    let counts = |it: &InputValueDefinition| it.ty.is_named() && it.ty.inner_named_type() == "Int";
    let named = |name: &str| field.arguments.iter().find(|it| it.name == name && counts(it));
    let found = named("first").or_else(|| named("limit"));
    found.map(|it| format!("({}: {})", it.name, model.bounds.items_max)).unwrap_or_default()
}
