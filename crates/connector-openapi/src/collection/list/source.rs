use connector::{Error, ErrorKind, List, Result, Start};
use serde_json::{Map, Value};

use crate::api::{self, Operation};
use crate::collection::Call;
use crate::collection::execute::{Run, json};
use crate::collection::matcher::{equals, fit};
use crate::collection::next::{Came, Next, Pairs, next};
use crate::collection::shape::has_type;
use crate::collection::total::total;

/// One page of the API.
pub(super) struct Pulled {
    pub(super) items: Vec<Map<String, Value>>,
    pub(super) next: Next,
    pub(super) total: Option<u64>,
    /// The pairs that gave it.
    pub(super) sent: Pairs,
}

/// What an API's pages are read from.
pub(super) struct Source<'a> {
    pub(super) run: &'a Run<'a>,
    operation: &'a Operation,
    input: Map<String, Value>,
    /// Items that a page is asked for.
    size: u64,
}

impl<'a> Source<'a> {
    pub(super) fn new(run: &'a Run<'a>, list: &List) -> Result<Self> {
        let by = &run.rest.list;
        let operation = run.operation(by.operation)?;
        let mut input = run.rest.input(operation, &list.options);
        // What a parameter of the API narrows is narrowed there; all of it is looked at here again.
        for (field, value) in list.filter.as_ref().map(equals).unwrap_or_default() {
            if let Some(narrowing) = by.filters.get(field) {
                let value = fit(field, value, &run.rest.collection)?;
                let is_taken = narrowing.values.as_ref().is_none_or(|all| all.contains(&value));
                if is_taken && !input.contains_key(&narrowing.argument) && value != "" {
                    input.insert(narrowing.argument.clone(), value);
                }
            }
        }
        let all = list.filter.is_some() || !list.sort.is_empty();
        let max = by.paging.size.as_ref().map_or(0, |size| size.max);
        let offset = match list.start {
            Start::Offset(offset) => offset,
            Start::After(_) => 0,
        };
        // One more than is shown tells whether there are others.
        let wanted = u64::from(list.limit).saturating_add(offset).saturating_add(1);
        Ok(Self { run, operation, input, size: if all { max } else { wanted.min(max) } })
    }

    /// The pairs of the first page.
    pub(super) fn first(&self) -> Pairs {
        let size = self.run.rest.list.paging.size.as_ref();
        size.map(|it| (it.name.clone(), self.size.to_string())).into_iter().collect()
    }

    /// Reads the page that these pairs choose.
    pub(super) async fn read(&self, pairs: &Pairs) -> Result<Pulled> {
        let mut sent = pairs.clone();
        loop {
            let response = self.run.calls.send(self.call(&sent)).await?;
            if let Some(error) = response.error() {
                return Err(error);
            }
            // A page that is too large is asked for in half, where that does not move the others.
            if response.cut && self.halve(&mut sent) {
                continue;
            }
            let body = json(&response)?;
            let items = items(&body, &self.run.rest.list.items)?;
            let last_key = items.last().and_then(|item| self.run.rest.id(item));
            let came = Came {
                sent: &sent,
                headers: &response.headers,
                body: &body,
                items: items.len(),
                last_key: last_key.as_ref(),
            };
            let next = next(&self.run.rest.list.paging, &came);
            return Ok(Pulled { next, total: total(&response.headers, &body), items, sent });
        }
    }

    fn call(&self, pairs: &Pairs) -> Call<'a> {
        let mut input = self.input.clone();
        let mut query = Vec::new();
        for (name, value) in pairs {
            let declared =
                self.operation.parameters.iter().find(|it| it.place == api::Place::Query && it.name == *name);
            match declared {
                // What was asked for stays; only what chooses the page is the API's to say.
                Some(it) if input.contains_key(&it.argument) && !self.run.rest.list.paging.has(name) => {}
                Some(it) if has_type_array(&it.schema) || self.run.rest.list.bound.contains(&it.argument) => {}
                Some(it) => drop(input.insert(it.argument.clone(), typed(&it.schema, value))),
                None => query.push((name.clone(), value.clone())),
            }
        }
        let mut call = self.run.call(self.operation, input);
        call.query = query;
        call
    }

    fn halve(&self, sent: &mut Pairs) -> bool {
        let paging = &self.run.rest.list.paging;
        let Some(size) = &paging.size else { return false };
        let is_numbered = paging.page.is_some() && sent.len() > 1;
        let Some(pair) = sent.iter_mut().find(|(name, _)| *name == size.name).filter(|_| !is_numbered) else {
            return false;
        };
        match pair.1.parse::<u64>() {
            Ok(number) if number > 1 => {
                pair.1 = (number / 2).to_string();
                true
            }
            _ => false,
        }
    }
}

fn has_type_array(schema: &Value) -> bool {
    has_type(schema, "array") || has_type(schema, "object")
}

/// A value from an address in the type that its parameter has.
fn typed(schema: &Value, text: &str) -> Value {
    let is = |name| has_type(schema, name);
    match serde_json::from_str::<Value>(text) {
        Ok(number @ Value::Number(_)) if is("integer") || is("number") => number,
        Ok(flag @ Value::Bool(_)) if is("boolean") => flag,
        _ => text.into(),
    }
}

/// The list in an answer.
fn items(body: &Value, path: &[String]) -> Result<Vec<Map<String, Value>>> {
    let mut at = body;
    for name in path {
        // An envelope without its list has none.
        at = at.get(name).unwrap_or(&Value::Null);
    }
    let odd = || Error::new(ErrorKind::Unavailable, "The API's answer is not the list that its document describes.");
    match at {
        Value::Array(items) => items.iter().map(|it| it.as_object().cloned().ok_or_else(odd)).collect(),
        Value::Null => Ok(Vec::new()),
        _ => Err(odd()),
    }
}
