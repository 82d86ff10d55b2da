use connector::{Action, Collection, OperationKind};
use serde_json::{Map, Value};

use super::Toolbox;
use crate::projection::{Place, Projection, Route, describe_action, describe_collection, summary};

/// A collection that this caller may use, and how.
#[derive(Clone, Debug)]
pub struct Offered<'a> {
    /// What arguments call it: `orders`, or `shop.orders` where two resources have one.
    pub resource_type: String,
    /// The resource's name in the configuration.
    pub resource: &'a str,
    /// Its description.
    pub collection: &'a Collection,
    /// What this caller may do with it.
    pub operations: Vec<OperationKind>,
    place: Place,
}

/// An action that this caller may invoke.
#[derive(Clone, Debug)]
pub struct OfferedAction<'a> {
    /// What arguments call it.
    pub name: String,
    /// The resource's name in the configuration.
    pub resource: &'a str,
    /// Its description.
    pub action: &'a Action,
    place: Place,
}

impl Toolbox {
    /// The collections behind the tools, whichever projection is listed.
    pub fn collections(&self) -> Vec<Offered<'_>> {
        let projection: &Projection = &self.projection;
        projection
            .collections()
            .filter_map(|(place, known, collection)| {
                let allowed = |kind: &OperationKind| self.allows(place, kind.effect()).is_ok();
                let operations: Vec<_> = collection.operations.iter().copied().filter(allowed).collect();
                (!operations.is_empty()).then(|| Offered {
                    resource_type: projection.resource_type(place).to_owned(),
                    resource: &known.name,
                    collection,
                    operations,
                    place,
                })
            })
            .collect()
    }

    /// The actions behind the tools.
    pub fn actions(&self) -> Vec<OfferedAction<'_>> {
        let projection: &Projection = &self.projection;
        projection
            .actions()
            .filter(|(place, _, action)| self.allows(*place, action.effect).is_ok())
            .map(|(place, known, action)| OfferedAction {
                name: projection.resource_type(place).to_owned(),
                resource: &known.name,
                action,
                place,
            })
            .collect()
    }

    /// The listed tool that does this, and its arguments: `arguments` as they are for a typed tool, with
    /// `resource_type` for a universal one.
    pub fn call_for(
        &self,
        offered: &Offered<'_>,
        kind: OperationKind,
        arguments: Map<String, Value>,
    ) -> Option<(String, Value)> {
        if self.projection.universal.is_none() {
            let entry = self.projection.typed_at(offered.place, Some(kind))?;
            return Some((entry.tool.name.clone(), arguments.into()));
        }
        let mut with_type = Map::new();
        with_type.insert("resource_type".into(), offered.resource_type.clone().into());
        let own = offered.collection.parameters.get(&kind);
        let (own, shared): (Map<_, _>, Map<_, _>) = arguments
            .into_iter()
            .partition(|(name, _)| own.is_some_and(|all| all.iter().any(|parameter| parameter.name == *name)));
        with_type.extend(shared);
        if !own.is_empty() {
            with_type.insert("options".into(), own.into());
        }
        Some((kind.as_str().to_owned(), with_type.into()))
    }

    /// The listed tool that invokes this action, and its arguments.
    pub fn call_for_action(&self, offered: &OfferedAction<'_>, input: Map<String, Value>) -> Option<(String, Value)> {
        if self.projection.universal.is_none() {
            let entry = self.projection.typed_at(offered.place, None)?;
            debug_assert!(matches!(entry.route, Route::Invoke { .. }));
            return Some((entry.tool.name.clone(), input.into()));
        }
        Some(("invoke".to_owned(), serde_json::json!({"action": offered.name, "input": input})))
    }

    /// The answer of the universal `describe` tool.
    pub(super) fn describe(&self, arguments: &Map<String, Value>) -> connector::Result<connector::Outcome> {
        if let Some(name) = arguments.get("resource_type").and_then(Value::as_str) {
            return self.describe_one(name);
        }
        let search = arguments.get("search").and_then(Value::as_str).unwrap_or_default();
        let number = |name: &str, default: u64| arguments.get(name).and_then(Value::as_u64).unwrap_or(default) as usize;
        let (limit, offset) = (number("limit", 50), number("offset", 0));
        let found: Vec<Place> = self.projection.search(search).into_iter().filter(|at| self.is_offered(*at)).collect();
        let page: Vec<Value> = found.iter().skip(offset).take(limit).filter_map(|at| self.line(*at)).collect();
        let mut outcome = connector::Outcome::of(&page)?;
        outcome.count = Some(found.len() as u64);
        outcome.has_more = Some(offset + page.len() < found.len());
        Ok(outcome)
    }

    fn is_offered(&self, place: Place) -> bool {
        match (self.projection.collection(place), self.projection.action(place)) {
            (Some(collection), _) => collection.operations.iter().any(|it| self.allows(place, it.effect()).is_ok()),
            (None, Some(action)) => self.allows(place, action.effect).is_ok(),
            (None, None) => false,
        }
    }

    fn line(&self, place: Place) -> Option<Value> {
        let name = self.projection.resource_type(place);
        if let Some(collection) = self.projection.collection(place) {
            let allowed = collection.operations.iter().filter(|it| self.allows(place, it.effect()).is_ok());
            let operations: Vec<_> = allowed.map(|it| it.as_str()).collect();
            return Some(summary(name, collection.description.as_deref(), &operations));
        }
        let action = self.projection.action(place)?;
        Some(summary(name, action.description.as_deref(), &["invoke"]))
    }

    /// The action that is called exactly this, where this caller may invoke it.
    pub(super) fn action_named(&self, name: &str) -> Option<OfferedAction<'_>> {
        let place = self.projection.action_named(name)?;
        let action = self.projection.action(place)?;
        self.allows(place, action.effect).ok()?;
        let resource = &self.projection.resources.get(place.resource())?.name;
        Some(OfferedAction { name: name.to_owned(), resource, action, place })
    }

    fn describe_one(&self, name: &str) -> connector::Result<connector::Outcome> {
        if let Ok(offered) = self.offered(name) {
            return connector::Outcome::of(&describe_collection(
                &offered.resource_type,
                offered.collection,
                &offered.operations,
            ));
        }
        match self.offered_action(name) {
            Ok(offered) => connector::Outcome::of(&describe_action(&offered.name, offered.action)),
            Err(_) => Err(self.offered(name).err().unwrap_or_else(|| connector::Error::not_found("the catalog"))),
        }
    }
}

impl Offered<'_> {
    pub(super) fn place(&self) -> Place {
        self.place
    }
}

impl OfferedAction<'_> {
    pub(super) fn place(&self) -> Place {
        self.place
    }
}
