//! From a schema and its owners to what is offered.

mod collection;
mod field;
mod hidden;
mod related;
mod search;
mod upsert;
mod version;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use connector::{Catalog, Collection, Error, OperationKind, Result};

pub(crate) use field::schema;
pub(crate) use related::{DEPTH_MAX, NAMES_MAX, RELATED_MAX, Relation};
pub(crate) use search::SEARCH_CHARS_MAX;
pub(crate) use upsert::upsert_keys;
pub(crate) use version::Version;

use crate::action::Actions;
use crate::guard::Guard;
use crate::ownership::{Owned, Owners, Tie};
use crate::schema::{Column, Engine, ForeignKey, Schema, Search, Table};
use crate::{Config, Scope};

/// One look at the database: what there is, whose it is, and what of it is offered.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) schema: Schema,
    pub(crate) owners: Owners,
    pub(crate) catalog: Arc<Catalog>,
    /// The same for the same look, within one process.
    pub(crate) fingerprint: u64,
    pub(crate) actions: Actions,
    pub(crate) guards: Vec<Guard>,
    offers: BTreeMap<String, Offer>,
    relations: Vec<Vec<Relation>>,
}

/// How a collection lies on its table.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) table: usize,
    /// Where the collection is in the catalog.
    collection: usize,
    /// Columns of the collection's fields, in their order.
    pub(crate) fields: Vec<usize>,
    /// Columns of the collection's key. Together with the owners' columns they are the primary key.
    pub(crate) key: Vec<usize>,
    /// How items' versions are told, where items can be changed.
    pub(crate) version: Option<Version>,
    /// By what its texts are searched.
    pub(crate) search: Option<Search>,
}

impl Snapshot {
    /// Decides what is offered. A name in the configuration that does not exist is an error.
    pub(crate) fn build(resource: &str, mut schema: Schema, config: &Config) -> Result<Self> {
        let owners = Owners::decide(&mut schema, config)?;
        let mut catalog = Catalog::default();
        let mut offers = BTreeMap::new();
        let view = View { resource, schema: &schema, owners: &owners, config };
        for at in 0..schema.tables.len() {
            match collection::offer(&view, at) {
                Ok(offered) => {
                    catalog.hidden.extend(offered.hidden);
                    let offer = Offer {
                        table: at,
                        collection: catalog.collections.len(),
                        fields: offered.fields,
                        key: offered.key,
                        version: offered.version,
                        search: offered.search,
                    };
                    offers.insert(offered.collection.name.clone(), offer);
                    catalog.collections.push(offered.collection);
                }
                Err(hidden) => catalog.hidden.push(hidden),
            }
        }
        let relations = related::find(&schema, &offers, &catalog);
        for offer in offers.values() {
            let collection = &mut catalog.collections[offer.collection];
            for kind in [OperationKind::List, OperationKind::Get] {
                if let Some(parameter) = related::parameter(&relations[offer.table])
                    && collection.operations.contains(&kind)
                {
                    collection.parameters.entry(kind).or_default().push(parameter);
                }
            }
        }
        Ok(Self {
            schema,
            owners,
            catalog: Arc::new(catalog),
            fingerprint: 0,
            actions: Actions::new(),
            guards: Vec::new(),
            offers,
            relations,
        })
    }

    /// To be called when everything else is settled. The guards are left out: what they know of sizes changes all the
    /// time.
    pub(crate) fn take_fingerprint(&mut self) {
        let guards = std::mem::take(&mut self.guards);
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        self.fingerprint = hasher.finish();
        self.guards = guards;
    }

    /// What rows of `table` lead to.
    pub(crate) fn relations(&self, table: usize) -> &[Relation] {
        self.relations.get(table).map_or(&[], Vec::as_slice)
    }

    /// The collection of this name and how it lies on its table.
    pub(crate) fn offer(&self, name: &str) -> Result<Offered<'_>> {
        let offer = self.offers.get(name).ok_or_else(|| Error::not_found(name))?;
        Ok(Offered { snapshot: self, offer, collection: &self.catalog.collections[offer.collection] })
    }

    pub(crate) fn engine(&self) -> Engine {
        self.schema.engine
    }

    /// Whether rows can be held against other writers. Policies for updates would decide over that, so where they hold
    /// it is left to the row being read again at the end.
    pub(crate) fn locks(&self) -> bool {
        self.engine() != Engine::Sqlite && self.owners.scope == Scope::Owner
    }
}

/// One collection in its snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Offered<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) offer: &'a Offer,
    pub(crate) collection: &'a Collection,
}

impl<'a> Offered<'a> {
    /// What lists of it are spared.
    pub(crate) fn guard(&self) -> Guard {
        self.snapshot.guards.get(self.offer.table).cloned().unwrap_or_default()
    }

    pub(crate) fn table(&self) -> &'a Table {
        &self.snapshot.schema.tables[self.offer.table]
    }

    pub(crate) fn owned(&self) -> &'a Owned {
        &self.snapshot.owners.tables[self.offer.table]
    }

    pub(crate) fn column(&self, at: usize) -> &'a Column {
        &self.table().columns[at]
    }

    /// The column of a field that `allowed` lets through.
    pub(crate) fn field(&self, name: &str, allowed: impl Fn(&connector::Field) -> bool) -> Option<usize> {
        let at = self.collection.fields.iter().position(|field| field.name == name && allowed(field))?;
        self.offer.fields.get(at).copied()
    }
}

/// What deciding about one table looks at.
struct View<'a> {
    resource: &'a str,
    schema: &'a Schema,
    owners: &'a Owners,
    config: &'a Config,
}

impl View<'_> {
    /// Whether a foreign key leads to rows of which nobody knows whose they are.
    fn leads_astray(&self, key: &ForeignKey) -> bool {
        matches!(self.owners.tables[key.table].tie, Tie::Nobody(_))
    }

    /// Whether some foreign key refers to this column.
    fn is_referred_to(&self, table: usize, column: usize) -> bool {
        let refers = |key: &ForeignKey| key.table == table && key.targets.contains(&column);
        self.schema.tables[table].referred_unseen.contains(&column)
            || self.schema.tables.iter().any(|child| child.foreign.iter().any(refers))
    }
}
