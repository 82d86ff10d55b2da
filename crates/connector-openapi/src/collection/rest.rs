use std::collections::BTreeSet;

use connector::Collection;
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::paging::Paging;
use crate::api::{Api, BodyArguments, Operation, Place};

/// A collection and the operations of the API that make it up.
#[derive(Clone, Debug)]
pub(crate) struct Rest {
    /// What callers are told of it.
    pub(crate) collection: Collection,
    /// Fields that answers show; `None` where they show all that an item has.
    pub(super) shown: Option<BTreeSet<String>>,
    /// Fields that answers never show.
    pub(super) hidden: BTreeSet<String>,
    /// Path parameters that configuration has set: wire name and value.
    pub(super) set: Map<String, Value>,
    pub(super) list: ListBy,
    pub(super) key: Option<Key>,
    pub(super) get: Option<One>,
    pub(super) create: Option<WriteBy>,
    pub(super) update: Option<UpdateBy>,
    pub(super) delete: Option<usize>,
}

/// What identifies an item.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) field: String,
    /// The path parameter's name on the wire.
    pub(super) parameter: String,
}

/// The operation that lists. Operations are numbered as in the [`Api`].
#[derive(Clone, Debug)]
pub(super) struct ListBy {
    pub(super) operation: usize,
    /// Where the items stand in an answer; the answer itself where empty.
    pub(super) items: Vec<String>,
    pub(super) paging: Paging,
    /// Arguments that take their value from the caller, whatever an answer says.
    pub(super) bound: Vec<String>,
    /// Fields that a query parameter of the same name narrows to: the parameter's argument, and the values it takes
    /// where it says so.
    pub(super) filters: IndexMap<String, Narrowing>,
}

#[derive(Clone, Debug)]
pub(super) struct Narrowing {
    pub(super) argument: String,
    pub(super) values: Option<Vec<Value>>,
}

/// The operation that gives one item.
#[derive(Clone, Debug)]
pub(super) struct One {
    pub(super) operation: usize,
    /// The property of an answer that is the item; the answer itself where there is none.
    pub(super) envelope: Option<String>,
}

/// An operation that takes values of an item.
#[derive(Clone, Debug)]
pub(super) struct WriteBy {
    pub(super) operation: usize,
    /// The property of the body that is the item.
    pub(super) wrap: Option<String>,
    /// The property of the answer that is the item.
    pub(super) envelope: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) enum UpdateBy {
    /// It changes what it is given and leaves the rest (RFC 7396, or by custom).
    Merge(WriteBy),
    /// It replaces the whole item: these of its fields must be sent again.
    Replace(WriteBy, Vec<String>),
}

impl Rest {
    /// An input of `operation` with what the call's own `options` say of outer path parameters and of the query.
    pub(super) fn input(&self, operation: &Operation, options: &Map<String, Value>) -> Map<String, Value> {
        let mut input = Map::new();
        for parameter in &operation.parameters {
            let set = self.set.get(&parameter.name).filter(|_| parameter.place == Place::Path);
            if let Some(value) = set.or_else(|| options.get(&parameter.argument)) {
                input.insert(parameter.argument.clone(), value.clone());
            }
        }
        input
    }

    /// The same for an operation on one item.
    pub(super) fn input_of(
        &self,
        operation: &Operation,
        options: &Map<String, Value>,
        id: &Value,
    ) -> Map<String, Value> {
        let mut input = self.input(operation, options);
        if let Some(key) = &self.key {
            let at = operation.parameters.iter().find(|it| it.place == Place::Path && it.name == key.parameter);
            if let Some(parameter) = at {
                input.insert(parameter.argument.clone(), id.clone());
            }
        }
        input
    }

    /// An item as answers show it.
    pub(super) fn show(&self, item: Map<String, Value>, fields: Option<&[String]>) -> Map<String, Value> {
        let is_shown = |name: &str| {
            !self.hidden.contains(name)
                && self.shown.as_ref().is_none_or(|shown| shown.contains(name))
                && fields.is_none_or(|fields| fields.iter().any(|field| field == name))
        };
        item.into_iter().filter(|(name, _)| is_shown(name)).collect()
    }

    /// The item's key, where it has one.
    pub(super) fn id(&self, item: &Map<String, Value>) -> Option<Value> {
        let value = item.get(&self.key.as_ref()?.field)?;
        (!value.is_null() && !value.is_object() && !value.is_array()).then(|| value.clone())
    }
}

impl WriteBy {
    /// Puts values of an item into an input, as the body's own shape wants them.
    pub(super) fn put(&self, api: &Api, data: Map<String, Value>, input: &mut Map<String, Value>) {
        let Some(body) = api.operations.get(self.operation).and_then(|it| it.body.as_ref()) else { return };
        let whole = match &self.wrap {
            Some(wrap) => Map::from_iter([(wrap.clone(), Value::Object(data))]),
            None => data,
        };
        match &body.arguments {
            BodyArguments::Whole(argument) => {
                input.insert(argument.clone(), Value::Object(whole));
            }
            BodyArguments::Properties(names) => {
                let argument =
                    |wire: &String| names.iter().find(|(_, it)| *it == wire).map(|(argument, _)| argument.clone());
                let named = |(wire, value)| (argument(&wire).unwrap_or(wire), value);
                input.extend(whole.into_iter().map(named));
            }
        }
    }
}
