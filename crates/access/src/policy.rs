use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Caller, Effect, Permit, Target};

/// What a caller must hold to have one effect on one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Needs {
    /// Every one of these scopes.
    pub scopes: BTreeSet<String>,
    /// At least one of these roles, when any is named.
    pub roles: BTreeSet<String>,
}

/// The rules of one resource. The default lets every signed-in user do everything that ownership lets them do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResourcePolicy {
    /// Nobody writes or destroys anything here.
    pub read_only: bool,
    /// What is needed to read.
    pub read: Needs,
    /// What is needed to write.
    pub write: Needs,
    /// What is needed to destroy.
    pub destroy: Needs,
}

impl ResourcePolicy {
    fn needs(&self, effect: Effect) -> &Needs {
        match effect {
            Effect::Read => &self.read,
            Effect::Write => &self.write,
            Effect::Destroy => &self.destroy,
        }
    }
}

/// The rules of every configured resource. A resource that it does not know is denied.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    resources: BTreeMap<String, ResourcePolicy>,
}

/// Why there is no permit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The token lacks scopes: a client can ask its user for them (RFC 6750 section 3.1 `insufficient_scope`).
    #[error("this needs the scope {}", .scopes.iter().cloned().collect::<Vec<_>>().join(" "))]
    Scope {
        /// Every scope that this operation needs, held or not.
        scopes: BTreeSet<String>,
    },
    /// The token lacks a role. There is nothing a client can do about it.
    #[error("this needs a role that you do not have")]
    Role,
    /// The resource is read-only by configuration.
    #[error("this resource is read-only")]
    ReadOnly,
    /// No such resource.
    #[error("no such resource")]
    Unknown,
}

impl Policy {
    /// Rules by resource name.
    pub fn new(resources: impl IntoIterator<Item = (String, ResourcePolicy)>) -> Self {
        Self { resources: resources.into_iter().collect() }
    }

    /// Whether `caller` may have `effect` on the resource, without making a permit: for listing.
    pub fn allows(&self, caller: &Caller, resource: &str, effect: Effect) -> Result<(), Denied> {
        let rules = self.resources.get(resource).ok_or(Denied::Unknown)?;
        if rules.read_only && effect != Effect::Read {
            return Err(Denied::ReadOnly);
        }
        let needs = rules.needs(effect);
        if !needs.roles.is_empty() && needs.roles.is_disjoint(caller.roles()) {
            return Err(Denied::Role);
        }
        if !needs.scopes.is_subset(caller.scopes()) {
            return Err(Denied::Scope { scopes: needs.scopes.clone() });
        }
        Ok(())
    }

    /// Lets `caller` have `effect` on one target once, or says why not.
    pub fn permit(&self, caller: &Caller, resource: &str, target: Target, effect: Effect) -> Result<Permit, Denied> {
        self.allows(caller, resource, effect)?;
        Ok(Permit::new(caller.clone(), resource.to_owned(), target, effect))
    }

    /// Every scope that any rule names: what a protected-resource document may advertise (RFC 9728 section 2).
    pub fn scopes(&self) -> BTreeSet<String> {
        Effect::ALL.into_iter().flat_map(|effect| self.scopes_for(effect)).collect()
    }

    /// Every scope that any rule names for this effect.
    pub fn scopes_for(&self, effect: Effect) -> BTreeSet<String> {
        self.resources.values().flat_map(|rules| rules.needs(effect).scopes.iter().cloned()).collect()
    }
}
