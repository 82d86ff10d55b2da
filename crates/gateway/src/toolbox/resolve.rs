use std::sync::Arc;

use access::Denied;
use connector::{Error, OperationKind, Result};
use serde_json::{Map, Value};

use super::{Offered, OfferedAction, Toolbox};
use crate::projection::Entry;

/// How many names an answer offers instead of a wrong one.
const NAMES_MAX: usize = 20;

/// The typed tool that a universal call means, and the arguments that it takes.
type Resolved = (Arc<Entry>, Map<String, Value>);

impl Toolbox {
    /// Finds the collection that a universal operation works on.
    pub(super) fn resolve_operation(&self, kind: OperationKind, mut arguments: Map<String, Value>) -> Result<Resolved> {
        let offered = self.offered(&text(arguments.remove("resource_type")))?;
        self.check_offers(&offered, kind)?;
        if let Some(Value::Object(own)) = arguments.remove("options") {
            arguments.extend(own);
        }
        Ok((self.projection.typed_at(offered.place(), Some(kind)).ok_or_else(missing)?, arguments))
    }

    /// Finds the action that a universal call invokes.
    pub(super) fn resolve_action(&self, mut arguments: Map<String, Value>) -> Result<Resolved> {
        let offered = self.offered_action(&text(arguments.remove("action")))?;
        let input = match arguments.remove("input") {
            Some(Value::Object(input)) => input,
            _ => Map::new(),
        };
        Ok((self.projection.typed_at(offered.place(), None).ok_or_else(missing)?, input))
    }

    /// The collection that `name` means: its own name, or with the resource's before it.
    pub(super) fn offered(&self, name: &str) -> Result<Offered<'_>> {
        let mut all = self.collections();
        let at = position(&all, name, |it| (&it.resource_type, it.resource, &it.collection.name));
        match at {
            Some(at) => Ok(all.swap_remove(at)),
            None => {
                let names = all.iter().map(|offered| offered.resource_type.as_str());
                Err(unknown("resource_type", name, names, all.len()))
            }
        }
    }

    /// The action that `name` means.
    pub(super) fn offered_action(&self, name: &str) -> Result<OfferedAction<'_>> {
        if let Some(offered) = self.action_named(name) {
            return Ok(offered);
        }
        let mut all = self.actions();
        let at = position(&all, name, |it| (&it.name, it.resource, &it.action.name));
        match at {
            Some(at) => Ok(all.swap_remove(at)),
            None => {
                let names = all.iter().map(|offered| offered.name.as_str());
                Err(unknown("action", name, names, all.len()))
            }
        }
    }

    fn check_offers(&self, offered: &Offered<'_>, kind: OperationKind) -> Result<()> {
        if offered.operations.contains(&kind) {
            return Ok(());
        }
        // Where only a scope is missing the call goes on, and the permit says which.
        let in_catalog = offered.collection.operations.contains(&kind);
        if in_catalog && matches!(self.allows(offered.place(), kind.effect()), Err(Denied::Scope { .. })) {
            return Ok(());
        }
        let can: Vec<_> = offered.operations.iter().map(|kind| kind.as_str()).collect();
        Err(Error::new(
            connector::ErrorKind::Unsupported,
            format!("{} cannot be used with {}. It can: {}.", kind.as_str(), offered.resource_type, can.join(", ")),
        ))
    }
}

fn missing() -> Error {
    Error::internal("a tool is missing for what the catalog offers")
}

fn text(value: Option<Value>) -> String {
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The one item that `wanted` names: exactly, by its qualified name, or but for letter case. Two are none.
fn position<T>(all: &[T], wanted: &str, names: impl Fn(&T) -> (&str, &str, &str)) -> Option<usize> {
    let exact = |it: &T| {
        let (given, resource, own) = names(it);
        given == wanted || wanted.split_once('.').is_some_and(|(before, after)| before == resource && after == own)
    };
    let folded = |it: &T| names(it).0.eq_ignore_ascii_case(wanted);
    let only = |test: &dyn Fn(&T) -> bool| {
        let mut hits = all.iter().enumerate().filter(|(_, it)| test(it)).map(|(at, _)| at);
        hits.next().filter(|_| hits.next().is_none())
    };
    only(&exact).or_else(|| only(&folded))
}

fn unknown<'a>(argument: &str, wanted: &str, names: impl Iterator<Item = &'a str>, all: usize) -> Error {
    let shown: Vec<_> = names.take(NAMES_MAX).collect();
    let more = if all > NAMES_MAX { ", … (`describe` finds the rest)" } else { "" };
    let wanted: String = wanted.chars().take(80).collect();
    Error::invalid(format!("`{argument}` = \"{wanted}\" is not known. There is: {}{more}.", shown.join(", ")))
}
