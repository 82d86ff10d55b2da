use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connector::{Collection, Filter, Get, Identifier, List, Operation, OperationKind, Sort, Start};
use serde_json::{Map, Value};

use super::call::{Suite, Who, data};
use super::{Check, Violation, claim, is_owned};

/// Items on a page of the suite's own listings.
const PAGE: u32 = 50;

/// Most items that one user may have in one collection for the suite to be useful.
const ITEMS_MAX: usize = 2_000;

/// Items whose unlisted fields are looked at too.
const DETAILS_MAX: usize = 20;

/// Shortest text that is taken for a mark of its owner.
const MARK_CHARS_MIN: usize = 6;

/// Everything that one user sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct World {
    pub(super) collections: BTreeMap<String, Vec<Item>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    /// What tells it from the others of its collection.
    pub(super) name: String,
    pub(super) identifier: Option<Identifier>,
    pub(super) fields: Map<String, Value>,
}

impl Item {
    pub(super) fn named(collection: &Collection, fields: Map<String, Value>) -> Check<Self> {
        if collection.key.is_empty() {
            return Ok(Self { name: Value::Object(fields.clone()).to_string(), identifier: None, fields });
        }
        let part = |name: &String| fields.get(name).map(|value| (name.clone(), value.clone()));
        let parts: Map<_, _> = collection.key.iter().filter_map(part).collect();
        let name = Value::Object(parts);
        let identifier = Identifier::parse(&name, collection).map_err(|error| {
            Violation(format!("an item of {} shows its key, yet {error}: {fields:?}", collection.name))
        })?;
        Ok(Self { name: name.to_string(), identifier: Some(identifier), fields })
    }
}

impl World {
    pub(super) fn items(&self, collection: &Collection) -> &[Item] {
        self.collections.get(&collection.name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn names(&self, collection: &Collection) -> BTreeSet<&str> {
        self.items(collection).iter().map(|item| item.name.as_str()).collect()
    }
}

/// A listing of everything that matches.
pub(super) fn list(collection: &Collection, filter: Option<Filter>, sort: Vec<Sort>) -> List {
    List {
        collection: collection.name.clone(),
        filter,
        sort,
        fields: None,
        limit: PAGE,
        start: Start::Offset(0),
        options: Map::new(),
    }
}

impl Suite {
    /// All items of a listing, page by page, or why not.
    pub(super) async fn list_all(
        &mut self,
        who: Who,
        collection: &Collection,
        mut list: List,
    ) -> Check<Result<Vec<Item>, connector::Error>> {
        let mut items: Vec<Item> = Vec::new();
        loop {
            let shown = format!("{who:?}'s {list:?}");
            let outcome = match self.call(who, Operation::List(list.clone())).await? {
                Ok(outcome) => outcome,
                Err(error) => return Ok(Err(error)),
            };
            let Value::Array(page) = data(&outcome)? else {
                return Err(Violation(format!("list answers an array, yet {shown} did not")));
            };
            claim(page.len() <= list.limit as usize, || {
                format!("a page has at most `limit` items, yet {shown} has {}", page.len())
            })?;
            let is_last = page.is_empty() || outcome.has_more != Some(true);
            for item in page {
                let Value::Object(fields) = item else {
                    return Err(Violation(format!("an item is an object, yet {shown} listed {item}")));
                };
                items.push(Item::named(collection, fields)?);
            }
            claim(items.len() <= ITEMS_MAX, || format!("the suite wants little data, or paging never ends: {shown}"))?;
            if is_last {
                let count = outcome.count;
                claim(count.is_none_or(|count| count == items.len() as u64), || {
                    format!(
                        "count is how many there are for the caller, yet {shown} gave {} and counted {count:?}",
                        items.len()
                    )
                })?;
                break;
            }
            list.start = outcome.next.map_or(Start::Offset(items.len() as u64), Start::After);
        }
        let names: BTreeSet<_> = items.iter().map(|item| &item.name).collect();
        claim(names.len() == items.len(), || format!("pages do not overlap, yet those of {who:?}'s {list:?} do"))?;
        Ok(Ok(items))
    }

    async fn look(&mut self, who: Who) -> Check<World> {
        let mut world = World::default();
        for collection in &Arc::clone(&self.catalog).collections {
            if !collection.operations.contains(&OperationKind::List) {
                continue;
            }
            let listed = self.list_all(who, collection, list(collection, None, Vec::new())).await?;
            let mut items =
                listed.map_err(|error| Violation(format!("{who:?} can list {}, yet {error:?}", collection.name)))?;
            if collection.operations.contains(&OperationKind::Get) {
                for item in items.iter_mut().take(DETAILS_MAX) {
                    item.fields = self.details(who, collection, item).await?;
                }
            }
            items.sort_by(|one, other| one.name.cmp(&other.name));
            world.collections.insert(collection.name.clone(), items);
        }
        Ok(world)
    }

    async fn details(&mut self, who: Who, collection: &Collection, item: &Item) -> Check<Map<String, Value>> {
        let Some(identifier) = item.identifier.clone() else { return Ok(item.fields.clone()) };
        let outcome = self.works(who, Operation::Get(get(collection, identifier))).await?;
        match data(&outcome)? {
            Value::Object(fields) => Ok(fields),
            other => Err(Violation(format!("get answers an object, yet {} answered {other}", collection.name))),
        }
    }

    /// Looks at both worlds, after each user has made something new where that is possible.
    pub(super) async fn prepare(&mut self) -> Check {
        self.look_at_both().await?;
        for collection in &Arc::clone(&self.catalog).collections {
            if is_owned(&collection.ownership) && collection.operations.contains(&OperationKind::Create) {
                for who in [Who::Alice, Who::Bob] {
                    self.create_own(who, collection).await?;
                    self.look_at_both().await?;
                }
            }
        }
        for collection in &Arc::clone(&self.catalog).collections {
            let can_be_seen = collection.operations.contains(&OperationKind::List);
            if is_owned(&collection.ownership) && can_be_seen {
                for (who, other) in [(Who::Alice, Who::Bob), (Who::Bob, Who::Alice)] {
                    claim(!self.only(who, collection).is_empty(), || {
                        format!("the suite needs an item in {} that {who:?} has and {other:?} has not", collection.name)
                    })?;
                }
            } else if can_be_seen {
                claim(self.hers.items(collection) == self.his.items(collection), || {
                    format!("everybody sees the same in {}, which is shared", collection.name)
                })?;
            }
        }
        self.marks = self.find_marks();
        Ok(())
    }

    pub(super) async fn look_at_both(&mut self) -> Check {
        self.hers = self.look(Who::Alice).await?;
        self.his = self.look(Who::Bob).await?;
        Ok(())
    }

    /// What `who` has in an owned collection and the other has not.
    pub(super) fn only(&self, who: Who, collection: &Collection) -> Vec<Item> {
        let (own, other) = match who {
            Who::Alice => (&self.hers, &self.his),
            Who::Bob => (&self.his, &self.hers),
        };
        let others = other.names(collection);
        own.items(collection).iter().filter(|item| !others.contains(item.name.as_str())).cloned().collect()
    }

    /// Nothing that is Alice's has changed. What Bob sees may have: it is looked at anew.
    pub(super) async fn unchanged(&mut self, after: &str) -> Check {
        let hers = self.look(Who::Alice).await?;
        for collection in self.catalog.collections.iter().filter(|it| is_owned(&it.ownership)) {
            let (before, now) = (self.hers.items(collection), hers.items(collection));
            let gone = before.iter().find(|item| !now.contains(item));
            let new = now.iter().find(|item| !before.contains(item));
            claim(before == now, || {
                let shown = |item: Option<&Item>| {
                    item.map_or("nothing".into(), |it| Value::Object(it.fields.clone()).to_string())
                };
                format!(
                    "Alice's {} are as they were after {after}, yet {} was there and {} is",
                    collection.name,
                    shown(gone),
                    shown(new)
                )
            })?;
        }
        self.hers = hers;
        self.his = self.look(Who::Bob).await?;
        Ok(())
    }

    fn find_marks(&self) -> BTreeSet<String> {
        let mut seen = serde_json::to_string(&*self.catalog).unwrap_or_default();
        for item in self.his.collections.values().flatten() {
            seen.push_str(&Value::Object(item.fields.clone()).to_string());
        }
        let mut marks = BTreeSet::new();
        for collection in self.catalog.collections.iter().filter(|it| is_owned(&it.ownership)) {
            let is_free_text = |name: &str| {
                collection.field(name).is_some_and(|it| {
                    // Times and words from a list are everybody's, and a name that Bob may choose too may become his.
                    let is_chosen = collection.key.iter().any(|key| key == name) && (it.creatable || it.updatable);
                    it.schema.get("format").is_none_or(|format| format == "uuid")
                        && it.schema.get("enum").is_none()
                        && !is_chosen
                })
            };
            for item in self.only(Who::Alice, collection) {
                for (_, value) in item.fields.into_iter().filter(|(name, _)| is_free_text(name)) {
                    if let Value::String(text) = value
                        && text.chars().count() >= MARK_CHARS_MIN
                        && !seen.contains(Value::from(text.as_str()).to_string().trim_matches('"'))
                    {
                        marks.insert(text);
                    }
                }
            }
        }
        marks
    }
}

pub(super) fn get(collection: &Collection, identifier: Identifier) -> Get {
    Get { collection: collection.name.clone(), identifier, fields: None, options: Map::new() }
}
