use connector::{Effect, Hidden, Ownership};

use super::means::Where;
use super::{Bind, Described, Identity, Place, Scheme, Target};
use crate::Placement;

/// How the calls of one operation are tied to their caller.
#[derive(Clone, Debug)]
pub struct Tie {
    /// For the catalog.
    pub ownership: Ownership,
    /// Which of [`Identity::binds`] go into its calls.
    pub binds: Vec<usize>,
    /// What every call carries.
    pub(super) always: Vec<Use>,
    /// And of these one, all that is in it; nothing more where empty.
    pub(super) choices: Vec<Vec<Use>>,
}

/// One credential in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) means: usize,
    pub(super) placement: Placement,
}

impl Tie {
    /// Whether a credential goes where this parameter would: it is no argument then.
    pub fn takes(&self, place: Place, name: &str) -> bool {
        self.always.iter().chain(self.choices.iter().flatten()).any(|one| one.placement.takes(place, name))
    }
}

impl Identity {
    /// How this operation's calls are tied to their caller, or why it stays closed.
    pub fn tie(&self, operation: &Described<'_>) -> Result<Tie, Hidden> {
        let touching = self.touching(operation);
        let always: Vec<Use> = self
            .means
            .iter()
            .enumerate()
            .filter_map(|(means, it)| match &it.at {
                Where::Always(placement) => Some(Use { means, placement: placement.clone() }),
                Where::ByScheme(None) if !operation.has_schemes => Some(Use { means, placement: Placement::Bearer }),
                Where::ByScheme(_) => None,
            })
            .collect();
        let coverable: Vec<Vec<Use>> = operation
            .security
            .iter()
            .filter(|all| !all.is_empty())
            .filter_map(|all| self.cover(all, &always, &touching))
            .collect();
        // Where one way needs no further credential, the others add nothing.
        let choices = if coverable.iter().any(Vec::is_empty) { Vec::new() } else { coverable };
        let mut by: Vec<String> = touching
            .iter()
            .filter_map(|at| self.binds.get(*at))
            .filter(|bind| bind.template.names_the_caller())
            .map(|bind| bind.target.to_string())
            .collect();
        by.extend(always.iter().filter(|one| self.is_personal(one)).map(|one| self.word(one)));
        // Every choice must be the caller's own for the operation to be.
        if !choices.is_empty() && choices.iter().all(|all| all.iter().any(|one| self.is_personal(one))) {
            let first = choices.first().into_iter().flatten();
            by.extend(first.filter(|one| self.is_personal(one)).map(|one| self.word(one)));
        }
        let ownership = if !by.is_empty() {
            Ownership::Owned { by: by.join("; ") }
        } else if self.shared {
            Ownership::Shared { writable: true }
        } else if self.public && operation.needs_nothing() {
            Ownership::Shared { writable: operation.effect != Effect::Read }
        } else {
            return Err(self.closed(operation));
        };
        // A name that is bound anywhere may stand deeper than the description says: it is looked for in every call.
        let anywhere = |at: &usize| self.binds.get(*at).is_some_and(|it| matches!(it.target, Target::Anywhere(_)));
        let binds = (0..self.binds.len()).filter(|at| touching.contains(at) || anywhere(at)).collect();
        Ok(Tie { ownership, binds, always, choices })
    }

    fn is_personal(&self, one: &Use) -> bool {
        self.means.get(one.means).is_some_and(|means| means.personal)
    }

    fn word(&self, one: &Use) -> String {
        let source = self.means.get(one.means).map(|means| means.source.describe()).unwrap_or_default();
        format!("{source} as {}", one.placement)
    }

    /// Which binds have a place in this operation.
    fn touching(&self, operation: &Described<'_>) -> Vec<usize> {
        let places = self.binds.iter().enumerate();
        places.filter(|(_, bind)| touches(bind, operation)).map(|(at, _)| at).collect()
    }

    /// The credentials for schemes that are all needed together; nothing where one of them cannot be had.
    fn cover(&self, schemes: &[Scheme<'_>], always: &[Use], binds: &[usize]) -> Option<Vec<Use>> {
        let mut uses: Vec<Use> = Vec::new();
        for scheme in schemes {
            let placement = scheme.placement.as_ref()?;
            let stands = always.iter().any(|one| one.placement.is_in_the_place_of(placement));
            let bound = binds.iter().filter_map(|at| self.binds.get(*at)).any(|bind| sets(bind, placement));
            if stands || bound {
                continue;
            }
            let fits = |at: &Where| match at {
                Where::Always(_) => false,
                Where::ByScheme(None) => true,
                Where::ByScheme(Some(name)) => name == scheme.name,
            };
            // One that names the scheme goes before one that takes any.
            let named = |at: &Where| matches!(at, Where::ByScheme(Some(name)) if name == scheme.name);
            let found = self.means.iter().position(|means| named(&means.at));
            let found = found.or_else(|| self.means.iter().position(|means| fits(&means.at)))?;
            let is_taken = uses.iter().any(|one| one.means == found || one.placement.is_in_the_place_of(placement));
            if is_taken {
                return None;
            }
            uses.push(Use { means: found, placement: placement.clone() });
        }
        Some(uses)
    }

    fn closed(&self, operation: &Described<'_>) -> Hidden {
        let resource = &self.resource;
        let by_scheme = self.means.iter().any(|means| matches!(means.at, Where::ByScheme(_)));
        let (reason, open_with) = if by_scheme && operation.needs_nothing() {
            (
                "its description says that it needs no credential, so a call cannot be tied to its user".to_owned(),
                format!("public = true  # in [resources.{resource}]; or credential.header = \"Authorization\""),
            )
        } else if by_scheme {
            let schemes: Vec<String> = operation
                .security
                .iter()
                .filter(|all| !all.is_empty())
                .map(|all| all.iter().map(|scheme| scheme.name).collect::<Vec<_>>().join(" and "))
                .collect();
            let scheme = operation.security.iter().flatten().find(|scheme| scheme.placement.is_some());
            let line = match scheme {
                Some(scheme) => {
                    // The store keeps one for each user and resource, and that may be in use.
                    format!("credentials.{} = {{ claim = \"…\" }}  # in [resources.{resource}]; or query", scheme.name)
                }
                None => format!("signed = {{ audience = \"…\" }}  # in [resources.{resource}], if the API takes it"),
            };
            (format!("it needs {}, for which no credential is configured", schemes.join(" or ")), line)
        } else if !self.binds.is_empty() {
            (
                "nothing that is bound to the caller is among its parameters".to_owned(),
                format!(
                    "bind.\"header:X-User\" = \"{{caller.id}}\"  # in [resources.{resource}], if the API trusts it; or credential"
                ),
            )
        } else {
            ("nothing ties a call to its user".to_owned(), self.open_with())
        };
        Hidden { name: operation.name.to_owned(), reason, open_with }
    }
}

impl Described<'_> {
    /// Whether no credential is asked for.
    fn needs_nothing(&self) -> bool {
        self.security.is_empty() || self.security.iter().any(Vec::is_empty)
    }
}

fn touches(bind: &Bind, operation: &Described<'_>) -> bool {
    bind.goes_everywhere()
        || operation.parameters.iter().any(|(place, name)| bind.takes(*place, name))
        || match &bind.target {
            Target::Anywhere(name) => operation.body.iter().any(|field| super::fold(field) == super::fold(name)),
            Target::Body(path) => (operation.has_field)(path),
            Target::Parameter(..) => false,
        }
}

/// Whether a bind fills the place of a credential: a key of the operator's own beside each user's.
fn sets(bind: &Bind, placement: &Placement) -> bool {
    match &bind.target {
        Target::Parameter(place, name) => placement.takes(*place, name),
        Target::Anywhere(_) | Target::Body(_) => false,
    }
}
