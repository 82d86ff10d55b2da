//! Whose each action's calls are: what is closed because nothing ties it to its caller, which arguments vanish because the
//! caller's own values stand there, and how those get there.

mod fill;
mod places;

use std::collections::{BTreeMap, HashSet};

use access::Template;
use apollo_compiler::Name;
use connector::{Hidden, Ownership};
use upstream::{Described, Identity, Target, Tie, fold};

use crate::action::{Action, Body};
use crate::model::Model;

/// How one action's calls are tied to their caller.
#[derive(Debug)]
pub(crate) struct Tied {
    pub(crate) tie: Tie,
    /// What is set: from which of the binds, and where, from the argument in.
    sets: Vec<(usize, Vec<String>)>,
    /// Names that are the caller's own wherever they stand, folded.
    folded: Vec<String>,
    /// Fields of input types that are the caller's own. Arguments are fields of no type.
    exact: HashSet<(Option<Name>, String)>,
}

impl Tied {
    /// Ties an action, or says why it stays closed. Where nothing but arguments does, the action's answer is narrowed to
    /// what it is about itself, unless configuration says that the rest may be seen.
    pub(crate) fn new(identity: &Identity, model: &Model, action: &mut Action, follows: bool) -> Result<Self, Hidden> {
        let places = places::of(model, &action.arguments);
        let has_field = |path: &[String]| places::leads_to_a_value(model, &action.arguments, path);
        let described = Described {
            name: &action.name,
            effect: action.effect,
            parameters: Vec::new(),
            body: places.iter().filter_map(|place| place.last().cloned()).collect(),
            has_field: &has_field,
            security: Vec::new(),
            has_schemes: false,
        };
        let tie = identity.tie(&described)?;
        let mut tied = Self { tie, sets: Vec::new(), folded: Vec::new(), exact: HashSet::new() };
        for at in tied.tie.binds.clone() {
            match identity.binds().get(at).map(|bind| &bind.target) {
                Some(Target::Anywhere(name)) => {
                    let folded = fold(name);
                    let own = places.iter().filter(|place| place.last().is_some_and(|last| fold(last) == folded));
                    tied.sets.extend(own.map(|place| (at, place.clone())));
                    tied.folded.push(folded);
                }
                Some(Target::Body(path)) => {
                    if let Some(owner) = places::owner(model, &action.arguments, path) {
                        tied.exact.insert((owner, path.last().cloned().unwrap_or_default()));
                        tied.sets.push((at, path.clone()));
                    }
                }
                _ => {}
            }
        }
        let is_known = knows_the_caller(identity, action) || matches!(tied.tie.ownership, Ownership::Shared { .. });
        if !is_known
            && !follows
            && let Body::Field { answer: Some(answer), .. } = &mut action.body
        {
            answer.follows = false;
        }
        Ok(tied)
    }

    /// Whether a field of an input type, or an argument (of nothing), is set here and by nobody else.
    pub(crate) fn hides(&self, of: Option<&str>, name: &str) -> bool {
        let is_exact = |(owner, field): &(Option<Name>, String)| owner.as_deref() == of && field == name;
        self.exact.iter().any(is_exact) || self.folded.contains(&fold(name))
    }

    /// Arguments that say for whom, and those that hold something else of the caller's.
    pub(crate) fn own(&self, identity: &Identity) -> (Vec<String>, BTreeMap<String, Template>) {
        let (mut whom, mut own) = (Vec::new(), BTreeMap::new());
        for (at, place) in &self.sets {
            if let (Some(bind), [argument]) = (identity.binds().get(*at), place.as_slice()) {
                if bind.template.is_caller_id() {
                    whom.push(argument.clone());
                } else {
                    own.insert(argument.clone(), bind.template.clone());
                }
            }
        }
        (whom, own)
    }
}

/// Whether the API itself is told who calls, by a credential or a header, and so can decide what an answer leads to.
fn knows_the_caller(identity: &Identity, action: &Action) -> bool {
    let nothing = Described {
        name: &action.name,
        effect: action.effect,
        parameters: Vec::new(),
        body: Vec::new(),
        has_field: &|_| false,
        security: Vec::new(),
        has_schemes: false,
    };
    identity.tie(&nothing).is_ok_and(|tie| matches!(tie.ownership, Ownership::Owned { .. }))
}
