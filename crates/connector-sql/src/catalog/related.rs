//! What can be brought along with an item, along foreign keys in both directions.

use std::collections::BTreeMap;

use connector::{Catalog, Collection, OperationKind, Parameter};
use serde_json::json;

use super::Offer;
use crate::schema::{ForeignKey, Schema};

/// How many names `expand` takes, and how deep one may lead.
pub(crate) const NAMES_MAX: usize = 10;
pub(crate) const DEPTH_MAX: usize = 3;
/// How many related items each item brings along.
pub(crate) const RELATED_MAX: usize = 20;
/// How many names a tool's description gives.
const NAMED_MAX: usize = 20;

/// A way from the rows of one table to those of another, or of the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    /// What `expand` and the answer call it.
    pub(crate) name: String,
    /// Where it leads: the table, and its collection's name.
    pub(crate) table: usize,
    pub(crate) collection: String,
    /// The table that has the foreign key, and which of its keys that is.
    pub(crate) child: usize,
    pub(crate) foreign: usize,
    /// Whether it leads from the parent to its children.
    pub(crate) many: bool,
}

/// The relations of each table, by table. Both ends are offered for reading, and every column on the way is shown or
/// says whose the row is: a hidden column tells nothing by what it leads to either.
pub(super) fn find(schema: &Schema, offers: &BTreeMap<String, Offer>, catalog: &Catalog) -> Vec<Vec<Relation>> {
    let known = Known { schema, catalog, offers: offers.values().map(|offer| (offer.table, offer)).collect() };
    (0..schema.tables.len()).map(|at| known.relations(at)).collect()
}

/// The `expand` argument of a collection; none where nothing is related.
pub(super) fn parameter(relations: &[Relation]) -> Option<Parameter> {
    let mut names: Vec<&str> = relations.iter().map(|relation| relation.name.as_str()).collect();
    let more = if names.len() > NAMED_MAX { ", …" } else { "" };
    names.truncate(NAMED_MAX);
    (!names.is_empty()).then(|| Parameter {
        name: "expand".into(),
        description: format!("Related items to bring along, dotted for deeper ones: {}{more}.", names.join(", ")),
        schema: json!({"type": "array", "items": {"type": "string"}, "maxItems": NAMES_MAX}),
        required: false,
    })
}

struct Known<'a> {
    schema: &'a Schema,
    catalog: &'a Catalog,
    offers: BTreeMap<usize, &'a Offer>,
}

impl Known<'_> {
    fn relations(&self, at: usize) -> Vec<Relation> {
        let Some(collection) = self.collection(at) else { return Vec::new() };
        let mut found: Vec<Relation> = Vec::new();
        let table = &self.schema.tables[at];
        for (foreign, key) in in_order(&table.foreign).filter(|(_, key)| self.leads(at, key, key.table)) {
            // To its own table both ways would be called the same: that name is the children's.
            let alone = key.table != at && table.foreign.iter().filter(|other| other.table == key.table).count() == 1;
            let stripped = match key.columns.as_slice() {
                [only] => stripped(&table.columns[*only].name),
                _ => None,
            };
            let names = [stripped.map(str::to_owned), alone.then(|| self.label(key.table))];
            let name = self.free(names, key, (at, key.table), collection, &found);
            found.extend(self.relation(name, key.table, at, foreign, false));
        }
        for (child, described) in self.schema.tables.iter().enumerate() {
            let keys = || in_order(&described.foreign).filter(|(_, key)| key.table == at);
            for (foreign, key) in keys().filter(|(_, key)| self.leads(child, key, child)) {
                let names = [(keys().count() == 1).then(|| self.label(child)), None];
                let name = self.free(names, key, (child, child), collection, &found);
                found.extend(self.relation(name, child, child, foreign, true));
            }
        }
        found
    }

    fn relation(
        &self,
        name: Option<String>,
        table: usize,
        child: usize,
        foreign: usize,
        many: bool,
    ) -> Option<Relation> {
        let collection = self.collection(table)?.name.clone();
        Some(Relation { name: name?, table, collection, child, foreign, many })
    }

    /// The first name that neither a field nor an earlier relation has.
    fn free(
        &self,
        names: [Option<String>; 2],
        key: &ForeignKey,
        (child, to): (usize, usize),
        collection: &Collection,
        found: &[Relation],
    ) -> Option<String> {
        let columns = self.schema.tables[child].names(&key.columns).join("_");
        let last = format!("{}_by_{columns}", self.label(to));
        let free = |name: &String| {
            !name.contains('.') && collection.field(name).is_none() && found.iter().all(|earlier| earlier.name != *name)
        };
        names.into_iter().flatten().chain([last]).find(free)
    }

    /// A collection's name without dots, which lead deeper.
    fn label(&self, at: usize) -> String {
        self.schema.tables[at].label.replace('.', "_")
    }

    /// Whether a foreign key of `child` may be followed to the rows of `to`.
    fn leads(&self, child: usize, key: &ForeignKey, to: usize) -> bool {
        use OperationKind::{Get, List};
        let readable =
            self.collection(to).is_some_and(|it| it.operations.contains(&List) || it.operations.contains(&Get));
        // By the owner's column alone everything leads to everything.
        let tells = key.columns.iter().any(|column| self.shows(child, *column));
        readable
            && tells
            && key.columns.iter().all(|column| self.shows(child, *column) || self.is_owner(child, *column))
            && key.targets.iter().all(|column| self.shows(key.table, *column) || self.is_owner(key.table, *column))
    }

    fn shows(&self, at: usize, column: usize) -> bool {
        self.offers.get(&at).is_some_and(|offer| offer.fields.contains(&column))
    }

    fn is_owner(&self, at: usize, column: usize) -> bool {
        self.collection(at).is_some_and(|it| it.identity.contains(&self.schema.tables[at].columns[column].name))
    }

    fn collection(&self, at: usize) -> Option<&Collection> {
        self.catalog.collections.get(self.offers.get(&at)?.collection)
    }
}

/// Foreign keys and their places, by their columns, so that names do not depend on the order that an engine lists them in.
fn in_order(keys: &[ForeignKey]) -> impl Iterator<Item = (usize, &ForeignKey)> {
    let mut sorted: Vec<(usize, &ForeignKey)> = keys.iter().enumerate().collect();
    sorted.sort_by(|(_, one), (_, other)| one.columns.cmp(&other.columns));
    sorted.into_iter()
}

/// `customer_id` and `customerId` are called `customer`.
fn stripped(column: &str) -> Option<&str> {
    ["_id", "_ID", "Id", "ID"].iter().find_map(|end| column.strip_suffix(end)).filter(|name| !name.is_empty())
}
