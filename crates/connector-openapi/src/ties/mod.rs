//! Whose each operation's calls are: what is closed because nothing ties it to its caller, which arguments vanish
//! because the caller's own values stand there, and how those get there.

mod fill;
mod hide;
#[cfg(test)]
pub(crate) mod kinds;
mod schema;

use std::collections::HashMap;
use std::sync::Arc;

use connector::{Catalog, Hidden};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use upstream::{Described, Identity, Placement, Target, Tie};

use crate::api::{Api, Body, BodyArguments, Operation, Place, Scheme};
use crate::catalog;

/// The ties of an API's operations, by name. One that has none is not offered.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    by_operation: HashMap<String, Arc<Tied>>,
    closed: HashMap<String, Hidden>,
}

/// How one operation's calls are tied to their caller.
#[derive(Debug)]
pub(crate) struct Tied {
    pub(crate) tie: Tie,
    /// Which of the API's operations it is.
    pub(crate) at: usize,
    /// Arguments that are the caller's own: name, and which of the binds it takes its value from.
    bound: Vec<(String, usize)>,
    /// Arguments that would stand where a credential does.
    taken: Vec<String>,
    /// How the body stands among the arguments.
    body: Option<BodyArguments>,
}

impl Ties {
    /// Looks at every operation.
    pub(crate) fn new(identity: &Identity, api: &Api) -> Self {
        let mut ties = Self::default();
        for (at, operation) in api.operations.iter().enumerate() {
            match Tied::new(identity, api, operation, at) {
                Ok(tied) => drop(ties.by_operation.insert(operation.name.clone(), Arc::new(tied))),
                Err(closed) => drop(ties.closed.insert(operation.name.clone(), closed)),
            }
        }
        ties
    }

    /// What the catalog is told of an operation.
    pub(crate) fn told(&self, operation: &Operation) -> catalog::Tie {
        match (self.of(&operation.name), self.closed.get(&operation.name)) {
            (Some(tied), _) => catalog::Tie::Tied {
                ownership: tied.tie.ownership.clone(),
                bound: tied.bound.iter().map(|(name, _)| name).chain(&tied.taken).cloned().collect(),
            },
            (None, Some(closed)) => {
                catalog::Tie::Closed { reason: closed.reason.clone(), open_with: closed.open_with.clone() }
            }
            (None, None) => catalog::Tie::Closed {
                reason: "nothing ties a call to its user".into(),
                open_with: "shared = true".into(),
            },
        }
    }

    /// The tie of an operation that is offered.
    pub(crate) fn of(&self, operation: &str) -> Option<&Arc<Tied>> {
        self.by_operation.get(operation)
    }

    /// Takes out of the actions' inputs what is the caller's own however deep, and says what may stand there after all.
    pub(crate) fn mark(&self, identity: &Arc<Identity>, catalog: &mut Catalog) {
        catalog.actions.retain_mut(|action| {
            let Some(tied) = self.of(&action.name) else { return false };
            let (hiding, whose) = (tied.clone(), identity.clone());
            action.input = action.input.clone().changed(move |input| hiding.hide(&whose, input));
            for (argument, at) in &tied.bound {
                let Some(bind) = identity.binds().get(*at) else { continue };
                if bind.template.is_caller_id() {
                    action.identity.push(argument.clone());
                } else {
                    action.own.insert(argument.clone(), bind.template.clone());
                }
            }
            true
        });
    }
}

impl Tied {
    fn new(identity: &Identity, api: &Api, operation: &Operation, at: usize) -> Result<Self, Hidden> {
        let body = operation.body.as_ref();
        let has_field =
            |path: &[String]| body.is_some_and(|body| schema::field(&body.schema, &api.definitions, path).is_some());
        let described = Described {
            name: &operation.name,
            effect: operation.effect,
            parameters: operation.parameters.iter().map(|it| (place(it.place), it.name.as_str())).collect(),
            body: body.map(|body| schema::names(&body.schema, &api.definitions)).unwrap_or_default(),
            has_field: &has_field,
            has_schemes: !api.schemes.is_empty(),
            security: operation.security.iter().map(|all| schemes(api, all)).collect(),
        };
        let tie = identity.tie(&described)?;
        let (mut bound, mut taken) = (Vec::new(), Vec::new());
        for at in &tie.binds {
            let Some(bind) = identity.binds().get(*at) else { continue };
            let parameters = operation.parameters.iter().filter(|it| bind.takes(place(it.place), &it.name));
            bound.extend(parameters.map(|it| (it.argument.clone(), *at)));
            if let Some(Body { arguments: BodyArguments::Properties(arguments), .. }) = body {
                let is_bound = |wire: &str| match &bind.target {
                    Target::Anywhere(name) => upstream::fold(name) == upstream::fold(wire),
                    Target::Body(path) => path.as_slice() == [wire],
                    Target::Parameter(..) => false,
                };
                let fields = arguments.iter().filter(|(_, wire)| is_bound(wire));
                bound.extend(fields.map(|(argument, _)| (argument.clone(), *at)));
            }
        }
        for parameter in &operation.parameters {
            let is_bound = bound.iter().any(|(argument, _)| *argument == parameter.argument);
            if !is_bound && tie.takes(place(parameter.place), &parameter.name) {
                taken.push(parameter.argument.clone());
            }
        }
        Ok(Self { tie, at, bound, taken, body: body.map(|body| body.arguments.clone()) })
    }

    /// Whether an argument is set here and not by whoever calls.
    pub(crate) fn sets(&self, argument: &str) -> bool {
        self.bound.iter().any(|(name, _)| name == argument) || self.taken.iter().any(|name| name == argument)
    }

    /// Takes out of an input's schema, `$defs` and all, what is the caller's own.
    pub(crate) fn hide(&self, identity: &Identity, input: &mut Map<String, Value>) {
        for bind in self.tie.binds.iter().filter_map(|at| identity.binds().get(*at)) {
            match &bind.target {
                Target::Anywhere(name) => upstream::hide_everywhere(input, &upstream::fold(name)),
                Target::Body(path) => match &self.body {
                    Some(BodyArguments::Whole(argument)) => hide::path_within(input, argument, path),
                    Some(BodyArguments::Properties(names)) => match path.split_first() {
                        Some((first, rest)) if !rest.is_empty() => {
                            if let Some(argument) = argument_of(names, first) {
                                hide::path_within(input, argument, rest);
                            }
                        }
                        _ => {}
                    },
                    None => {}
                },
                Target::Parameter(..) => {}
            }
        }
        if !self.tie.binds.is_empty() {
            hide::prune(input);
        }
    }
}

/// Which argument is this field of the body.
fn argument_of<'a>(names: &'a IndexMap<String, String>, wire: &str) -> Option<&'a String> {
    names.iter().find(|(_, name)| *name == wire).map(|(argument, _)| argument)
}

fn schemes<'a>(api: &'a Api, names: &'a [String]) -> Vec<upstream::Scheme<'a>> {
    names.iter().map(|name| upstream::Scheme { name, placement: api.schemes.get(name).and_then(placement) }).collect()
}

/// Where a credential for a scheme goes; nothing where ours cannot be put.
fn placement(scheme: &Scheme) -> Option<Placement> {
    Some(match scheme {
        Scheme::Basic => Placement::Basic,
        Scheme::Bearer | Scheme::OAuth { .. } => Placement::Bearer,
        Scheme::Header(name) => Placement::Header { name: name.as_str().try_into().ok()?, prefix: String::new() },
        Scheme::Query(name) => Placement::Query { name: name.clone() },
        Scheme::Cookie(name) => Placement::Cookie { name: name.clone() },
        Scheme::Http(_) | Scheme::MutualTls | Scheme::Unknown(_) => return None,
    })
}

fn place(place: Place) -> upstream::Place {
    match place {
        Place::Path => upstream::Place::Path,
        Place::Query => upstream::Place::Query,
        Place::Header => upstream::Place::Header,
        Place::Cookie => upstream::Place::Cookie,
    }
}
