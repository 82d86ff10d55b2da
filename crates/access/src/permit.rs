use std::fmt;

use crate::{Caller, Effect};

/// What a permit is for: one collection or one action of one resource, never both, never all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A collection of the resource, by its name in the catalog.
    Collection(String),
    /// An action of the resource, by its name in the catalog.
    Action(String),
    /// A text to begin with.
    Prompt(String),
    /// What is read by its address.
    Documents,
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collection(name) | Self::Action(name) | Self::Prompt(name) => out.write_str(name),
            Self::Documents => out.write_str("documents"),
        }
    }
}

/// Proof that policy lets this caller have this effect on this target of this resource.
///
/// Only [`Policy::permit`](crate::Policy::permit) makes one. It cannot be copied, and the caller inside can be
/// had only by spending it, so one permit is one call:
///
/// ```compile_fail,E0382
/// # use bellhop_access::{Permit, Target, Effect};
/// fn twice(permit: Permit) {
///     let target = Target::Collection("orders".into());
///     let first = permit.spend("shop", &target, Effect::Read);
///     let second = permit.spend("shop", &target, Effect::Read); // use of moved value
/// }
/// ```
///
/// ```compile_fail,E0599
/// fn copy(permit: bellhop_access::Permit) -> bellhop_access::Permit { permit.clone() }
/// ```
///
/// ```compile_fail,E0451
/// use bellhop_access::{Caller, Effect, Permit, Target};
/// fn forge(caller: Caller) -> Permit {
///     Permit { caller, resource: "shop".into(), target: Target::Action("pay".into()), effect: Effect::Write }
/// }
/// ```
#[must_use = "a permit is spent by exactly one call"]
pub struct Permit {
    caller: Caller,
    resource: String,
    target: Target,
    effect: Effect,
}

/// A permit was spent on something it was not made for. This is a defect in the code that spent it, never a
/// user's mistake.
#[derive(Debug, thiserror::Error)]
#[error("a permit for {had} was spent on {wanted}")]
pub struct PermitMismatch {
    had: String,
    wanted: String,
}

impl Permit {
    pub(crate) fn new(caller: Caller, resource: String, target: Target, effect: Effect) -> Self {
        Self { caller, resource, target, effect }
    }

    /// Gives the caller to whoever carries out the call, if the permit is for exactly this.
    pub fn spend(self, resource: &str, target: &Target, effect: Effect) -> Result<Caller, PermitMismatch> {
        if self.resource == resource && self.target == *target && self.effect == effect {
            return Ok(self.caller);
        }
        Err(PermitMismatch {
            had: format!("{} {}/{:?}", self.effect, self.resource, self.target),
            wanted: format!("{effect} {resource}/{target:?}"),
        })
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Permit({} {}/{:?})", self.effect, self.resource, self.target)
    }
}
