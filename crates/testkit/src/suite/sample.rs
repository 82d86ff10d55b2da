use connector::{Collection, Create, Field, Identifier, Operation, OperationKind};
use serde_json::{Map, Value, json};

use super::call::{Suite, Who};
use super::world::Item;
use super::{Check, Violation, is_owned};

impl Suite {
    /// Values for a create or update as `who`: the subject's own sample, or made from the schemas. Fields that
    /// point at another collection get what `who` has there.
    pub(super) fn sample(&mut self, who: Who, collection: &Collection) -> Map<String, Value> {
        let number = self.next();
        let mut data = (self.subject.sample_create)(&collection.name, number).unwrap_or_else(|| {
            let wanted = collection.fields.iter().filter(|field| field.creatable && field.required);
            wanted.map(|field| (field.name.clone(), value(&field.schema, number))).collect()
        });
        for parent in parents(collection) {
            let required = parent.fields.iter().any(|field| data.contains_key(&field.name));
            let Some(target) = self.catalog.collection(&parent.collection).cloned() else { continue };
            let only = self.only(who, &target);
            let Some(item) = only.first().or(self.world(who).items(&target).first()) else { continue };
            if required {
                data.extend(parent.values(item));
            }
        }
        data
    }

    /// Values for an update as `who` that change neither the key nor what an item belongs to.
    pub(super) fn sample_update(&mut self, who: Who, collection: &Collection) -> Check<Map<String, Value>> {
        let number = self.next();
        let is_plain =
            |field: &&Field| field.updatable && field.references.is_none() && !collection.key.contains(&field.name);
        let sample = self.sample(who, collection);
        let plain: Vec<_> = collection.fields.iter().filter(is_plain).collect();
        let sampled = plain.iter().find_map(|field| Some((field.name.clone(), sample.get(&field.name)?.clone())));
        let made = plain.first().map(|field| (field.name.clone(), value(&field.schema, number)));
        // A collection of nothing but keys and references is updated by a reference to what is already one's own.
        let referenced = || sample.iter().find(|(name, _)| collection.field(name).is_some_and(|it| it.updatable));
        let pair = sampled.or(made).or_else(|| referenced().map(|(name, value)| (name.clone(), value.clone())));
        pair.map(|pair| Map::from_iter([pair])).ok_or_else(|| {
            Violation(format!("{} has a field that update may set, for it offers update", collection.name))
        })
    }

    /// A new item of `who`'s own.
    pub(super) async fn create_own(&mut self, who: Who, collection: &Collection) -> Check<Identifier> {
        let data = self.sample(who, collection);
        let outcome = self.works(who, create(collection, data)).await?;
        let shown = format!("create of {}", collection.name);
        let id = outcome.id.ok_or_else(|| Violation(format!("{shown} gives the identifier of what was created")))?;
        let identifier = Identifier::parse(&id, collection)
            .map_err(|error| Violation(format!("{shown} gives an identifier, yet {id}: {error}")))?;
        if who == Who::Alice && !collection.operations.contains(&OperationKind::List) {
            self.unlisted.push((collection.name.clone(), identifier.clone()));
        }
        Ok(identifier)
    }
}

pub(super) fn create(collection: &Collection, data: Map<String, Value>) -> Operation {
    Operation::Create(Create { collection: collection.name.clone(), data, options: Map::new() })
}

/// Fields that point at the same collection together.
pub(super) struct Parent<'a> {
    pub(super) collection: String,
    pub(super) fields: Vec<&'a Field>,
}

impl Parent<'_> {
    /// What the pointing fields hold when they point at `item`.
    pub(super) fn values(&self, item: &Item) -> Map<String, Value> {
        let value = |field: &&Field| {
            let reference = field.references.as_ref()?;
            let value = item.fields.get(&reference.field).filter(|value| !value.is_null())?;
            Some((field.name.clone(), value.clone()))
        };
        self.fields.iter().filter_map(value).collect()
    }

    /// What they hold when they point at nothing.
    pub(super) fn missing(&self, item: &Item, number: u64) -> Map<String, Value> {
        self.values(item).into_iter().map(|(name, value)| (name, missing_value(&value, number))).collect()
    }
}

/// What a collection points at; two fields that point at the same field of a collection are two parents.
pub(super) fn parents(collection: &Collection) -> Vec<Parent<'_>> {
    let mut parents: Vec<Parent<'_>> = Vec::new();
    for field in &collection.fields {
        let Some(reference) = &field.references else { continue };
        let is_free = |parent: &&mut Parent<'_>| {
            parent.collection == reference.collection
                && parent
                    .fields
                    .iter()
                    .all(|other| other.references.as_ref().is_some_and(|it| it.field != reference.field))
        };
        match parents.iter_mut().find(is_free) {
            Some(parent) => parent.fields.push(field),
            None => parents.push(Parent { collection: reference.collection.clone(), fields: vec![field] }),
        }
    }
    parents
}

impl Suite {
    /// Parents of `collection` that are somebody's, each with one of Alice's items that Bob has not.
    pub(super) fn her_parents<'a>(
        &self,
        collection: &'a Collection,
        may_set: fn(&Field) -> bool,
    ) -> Vec<(Parent<'a>, Item)> {
        let mut found = Vec::new();
        for parent in parents(collection) {
            let Some(target) = self.catalog.collection(&parent.collection) else { continue };
            let can_be_set = parent.fields.iter().all(|field| may_set(field));
            let mut hers = self.only(Who::Alice, target).into_iter();
            let Some(item) = hers.find(|item| parent.values(item).len() == parent.fields.len()) else { continue };
            if can_be_set && is_owned(&target.ownership) {
                found.push((parent, item));
            }
        }
        found
    }
}

/// An identifier like this one that nothing has.
pub(super) fn missing(identifier: &Identifier, collection: &Collection, number: u64) -> Identifier {
    let parts: Map<_, _> =
        identifier.parts().iter().map(|(name, value)| (name.clone(), missing_value(value, number))).collect();
    Identifier::parse(&Value::Object(parts), collection).unwrap_or_else(|_| identifier.clone())
}

pub(super) fn missing_value(value: &Value, number: u64) -> Value {
    match value {
        Value::String(text) if is_uuid(text) => json!(format!("deadbeef-dead-4ead-8ead-{number:012x}")),
        Value::String(text) => json!(format!("{text}-missing-{number}")),
        // Beyond what the sample data counts to, and within 32 bits.
        _ => json!(1_900_000_000 + number),
    }
}

fn is_uuid(text: &str) -> bool {
    let is_dash = |place| matches!(place, 8 | 13 | 18 | 23);
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(place, byte)| if is_dash(place) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// A value that a schema admits, as far as its type, format, enum and length say.
pub(super) fn value(schema: &Value, number: u64) -> Value {
    if let Some(first) = schema.get("enum").and_then(|it| it.get(0)).or(schema.get("const")) {
        return first.clone();
    }
    let kind = match schema.get("type") {
        Some(Value::Array(several)) => several.iter().find(|one| *one != "null").and_then(Value::as_str),
        other => other.and_then(Value::as_str),
    };
    match kind {
        Some("integer") => json!(schema.get("minimum").and_then(Value::as_i64).unwrap_or(1).max(1)),
        Some("number") => json!(1.5),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => json!(text(schema, number)),
    }
}

fn text(schema: &Value, number: u64) -> String {
    let length = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => format!("5a5a5a5a-5a5a-4a5a-8a5a-{number:012x}"),
        Some("date") => "2026-01-02".into(),
        Some("time") => "03:04:05".into(),
        Some("date-time") => "2026-01-02T03:04:05Z".into(),
        Some("email") => format!("sample{number}@example.com"),
        Some("uri") => format!("https://example.com/{number}"),
        Some("ipv4") => "192.0.2.1".into(),
        _ if schema.get("contentEncoding").is_some() => "AAEC".into(),
        _ => {
            let mut text = format!("sample {number}");
            while text.len() < length("minLength").unwrap_or(0) {
                text.push('x');
            }
            text.chars().take(length("maxLength").unwrap_or(usize::MAX)).collect()
        }
    }
}
