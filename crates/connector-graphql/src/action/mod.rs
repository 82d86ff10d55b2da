//! What can be called: a field of the query or mutation type, or an operation that is declared in a file.

mod declared;
mod fields;
mod names;

use access::Effect;
use apollo_compiler::Name;
use apollo_compiler::ast::{InputValueDefinition, Type, Value as Literal};
use connector::Hidden;

pub(crate) use declared::{Files, find};

use crate::Config;
use crate::model::Model;
use crate::pattern;
use crate::select::Answer;
use names::Names;

/// The longest description of an action, in characters.
const DESCRIPTION_CHARS_MAX: usize = 400;

/// Names of mutations that destroy begin so.
const DESTROYS: [&str; 5] = ["delete", "remove", "destroy", "purge", "erase"];

/// Something to call.
#[derive(Debug)]
pub(crate) struct Action {
    /// Unique in the resource.
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) effect: Effect,
    /// A mutation is sent once, whatever configuration says of its effect.
    pub(crate) is_mutation: bool,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) body: Body,
}

/// What is sent.
#[derive(Debug)]
pub(crate) enum Body {
    /// One field, with a selection of its own making.
    Field {
        name: Name,
        /// What can be selected; `None` where it is a plain value.
        answer: Option<Answer>,
        /// The argument that chooses. Usually `fields`.
        choose: String,
    },
    /// A document as it was declared, with the fragments that it needs.
    Declared {
        /// The operation's own name.
        name: String,
        document: String,
        /// What its outermost fields are called in the answer.
        roots: Vec<String>,
    },
}

/// An argument of a field, or a variable.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) default: Option<Literal>,
    pub(crate) description: Option<String>,
}

impl Argument {
    fn of(input: &InputValueDefinition) -> Self {
        Self {
            name: input.name.clone(),
            ty: (*input.ty).clone(),
            default: input.default_value.as_deref().cloned(),
            description: input.description.as_deref().map(str::to_owned),
        }
    }

    /// Whether a value must be given.
    pub(crate) fn is_required(&self) -> bool {
        self.ty.is_non_null() && self.default.is_none()
    }
}

/// All that a model and the declared operations offer, whoever calls; and what they do not.
pub(crate) fn all(
    resource: &str,
    config: &Config,
    model: &Model,
    files: &Files,
) -> connector::Result<(Vec<Action>, Vec<Hidden>)> {
    let mut names = Names::new(resource);
    let (mut actions, mut hidden) = declared::actions(model, files, &mut names)?;
    if !config.declared_only {
        fields::actions(model, &mut names, &mut actions, &mut hidden);
    }
    actions.retain(|action| pattern::is_selected(&config.include, &config.exclude, &action.name));
    for action in &mut actions {
        if let Some(effect) = config.effects.get(&action.name) {
            action.effect = *effect;
        }
    }
    Ok((actions, hidden))
}

fn effect(is_mutation: bool, name: &str) -> Effect {
    let lower = name.to_ascii_lowercase();
    match is_mutation {
        false => Effect::Read,
        true if DESTROYS.iter().any(|word| lower.starts_with(word)) => Effect::Destroy,
        true => Effect::Write,
    }
}

fn subscription(name: &str) -> Hidden {
    Hidden {
        name: name.to_owned(),
        reason: "it is a subscription: it goes on for as long as somebody listens, and a call has one answer".into(),
        open_with: "operations = \"…\"  # a file with a query that asks for the same now".into(),
    }
}
