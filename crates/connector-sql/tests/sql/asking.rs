//! Arguments that not every call has.

use connector::{
    Amendment, Batch, Change, Connector, Create, Delete, Filter, FilterLimits, Get, Identifier, List, Matching,
    Operation, Outcome, Result, Start, Update,
};
use serde_json::{Map, Value};

use crate::world::As;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

impl As<'_> {
    fn named(&self, collection: &str, id: &Value) -> Identifier {
        Identifier::parse(id, self.world.sql.catalog().collection(collection).unwrap()).unwrap()
    }

    pub(crate) async fn list_with(&self, collection: &str, fields: &[&str], options: Value) -> Result<Outcome> {
        self.call(Operation::List(List {
            collection: collection.into(),
            filter: None,
            sort: Vec::new(),
            fields: (!fields.is_empty()).then(|| fields.iter().map(|field| (*field).into()).collect()),
            limit: 50,
            start: Start::Offset(0),
            options: object(options),
        }))
        .await
    }

    pub(crate) async fn get_with(
        &self,
        collection: &str,
        id: Value,
        fields: &[&str],
        options: Value,
    ) -> Result<Outcome> {
        self.call(Operation::Get(Get {
            collection: collection.into(),
            identifier: self.named(collection, &id),
            fields: (!fields.is_empty()).then(|| fields.iter().map(|field| (*field).into()).collect()),
            options: object(options),
        }))
        .await
    }

    pub(crate) async fn create_with(&self, collection: &str, data: Value, options: Value) -> Result<Outcome> {
        let (collection, data, options) = (collection.into(), object(data), object(options));
        self.call(Operation::Create(Create { collection, data, options })).await
    }

    pub(crate) async fn update_with(
        &self,
        collection: &str,
        id: Value,
        data: Value,
        options: Value,
    ) -> Result<Outcome> {
        let identifier = self.named(collection, &id);
        let (collection, data, options) = (collection.into(), object(data), object(options));
        self.call(Operation::Update(Update { collection, identifier, data, options })).await
    }

    pub(crate) async fn delete_with(&self, collection: &str, id: Value, options: Value) -> Result<Outcome> {
        let identifier = self.named(collection, &id);
        let (collection, options) = (collection.into(), object(options));
        self.call(Operation::Delete(Delete { collection, identifier, options })).await
    }

    pub(crate) async fn batch(&self, collection: &str, change: Change) -> Result<Outcome> {
        self.batch_with(collection, change, Map::new()).await
    }

    async fn batch_with(&self, collection: &str, change: Change, options: Map<String, Value>) -> Result<Outcome> {
        self.call(Operation::Batch(Batch { collection: collection.into(), change, options })).await
    }

    pub(crate) async fn create_all(&self, collection: &str, items: Value, options: Value) -> Result<Outcome> {
        let items = items.as_array().unwrap().iter().cloned().map(object).collect();
        self.batch_with(collection, Change::Create(items), object(options)).await
    }

    /// Items are `[identifier, data]` or `[identifier, data, version]`.
    pub(crate) async fn update_all(&self, collection: &str, items: Value) -> Result<Outcome> {
        let amendment = |item: &Value| Amendment {
            identifier: self.named(collection, &item[0]),
            data: object(item[1].clone()),
            if_version: item[2].as_str().map(str::to_owned),
        };
        let items = items.as_array().unwrap().iter().map(amendment).collect();
        self.batch(collection, Change::Update(items)).await
    }

    pub(crate) async fn delete_all(&self, collection: &str, identifiers: Value) -> Result<Outcome> {
        let identifiers = identifiers.as_array().unwrap().iter().map(|id| self.named(collection, id)).collect();
        self.batch(collection, Change::Delete(identifiers)).await
    }

    pub(crate) fn that(&self, collection: &str, filters: &Value, expected_count: Option<u64>) -> Matching {
        let catalog = self.world.sql.catalog();
        let filter = Filter::parse(filters, catalog.collection(collection).unwrap(), FilterLimits::default()).unwrap();
        Matching { filter, expected_count }
    }

    pub(crate) async fn update_that(
        &self,
        collection: &str,
        filters: Value,
        data: Value,
        expected: Option<u64>,
    ) -> Result<Outcome> {
        let matching = self.that(collection, &filters, expected);
        self.batch(collection, Change::UpdateMatching { matching, data: object(data) }).await
    }

    pub(crate) async fn delete_that(&self, collection: &str, filters: Value, expected: Option<u64>) -> Result<Outcome> {
        self.batch(collection, Change::DeleteMatching(self.that(collection, &filters, expected))).await
    }
}
