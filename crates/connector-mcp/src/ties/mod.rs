//! Whose each call is: what is closed because nothing ties it to its caller, which arguments vanish because the
//! caller's own values stand there, and how those get there.

mod fill;
mod schema;
mod slot;
mod whose;

use std::collections::BTreeMap;

use access::{Effect, Template};
use connector::{Hidden, Ownership};
use serde_json::{Map, Value};
use upstream::{Described, Identity, Target, Tie};

pub(crate) use slot::{Slot, of_caller};
pub(crate) use whose::Whose;

/// How the calls of one tool or prompt are tied to their caller.
#[derive(Debug)]
pub(crate) struct Tied {
    pub(crate) tie: Tie,
    pub(crate) ownership: Ownership,
    /// Outermost arguments that are the caller's own, and which of the binds each takes its value from.
    bound: Vec<(String, usize)>,
}

impl Tied {
    /// Looks at one. `input` is its schema, as the server gives it.
    pub(crate) fn new(whose: &Whose, name: &str, effect: Effect, input: &Map<String, Value>) -> Result<Self, Hidden> {
        let names: Vec<String> = schema::properties(input).map(|(name, _)| name.clone()).collect();
        let has_field = |path: &[String]| schema::field(input, path).is_some();
        let identity = &whose.identity;
        let tie = identity.tie(&Described {
            name,
            effect,
            parameters: Vec::new(),
            body: names.clone(),
            has_field: &has_field,
            security: Vec::new(),
            has_schemes: false,
        })?;
        let ownership = match (&tie.ownership, whose.ties.as_slice()) {
            (Ownership::Shared { .. }, [_, ..]) => Ownership::Owned { by: whose.ties.join("; ") },
            (Ownership::Shared { .. }, []) => Ownership::Shared { writable: effect != Effect::Read },
            (owned @ Ownership::Owned { .. }, _) => owned.clone(),
        };
        let mut bound = Vec::new();
        for at in &tie.binds {
            let Some(bind) = identity.binds().get(*at) else { continue };
            let own = names.iter().filter(|name| match &bind.target {
                Target::Anywhere(own) => upstream::fold(own) == upstream::fold(name),
                Target::Body(path) => path.as_slice() == [(*name).clone()],
                Target::Parameter(..) => false,
            });
            bound.extend(own.map(|name| (name.clone(), *at)));
        }
        Ok(Self { tie, ownership, bound })
    }

    /// Whether an argument is the caller's own.
    pub(crate) fn sets(&self, argument: &str) -> bool {
        self.bound.iter().any(|(name, _)| name == argument)
    }

    /// Takes out of a schema what is the caller's own, however deep.
    pub(crate) fn hide(&self, identity: &Identity, input: &mut Map<String, Value>) {
        for bind in self.tie.binds.iter().filter_map(|at| identity.binds().get(*at)) {
            match &bind.target {
                Target::Anywhere(name) => upstream::hide_everywhere(input, &upstream::fold(name)),
                Target::Body(path) => schema::hide(input, path),
                Target::Parameter(..) => {}
            }
        }
    }

    /// Names of arguments that may hold the caller's id after all, and those that may hold something else of theirs.
    pub(crate) fn may_name(&self, identity: &Identity) -> (Vec<String>, BTreeMap<String, Template>) {
        let (mut ids, mut own) = (Vec::new(), BTreeMap::new());
        for (name, at) in &self.bound {
            let Some(bind) = identity.binds().get(*at) else { continue };
            if bind.template.is_caller_id() {
                ids.push(name.clone());
            } else {
                own.insert(name.clone(), bind.template.clone());
            }
        }
        (ids, own)
    }
}
