//! Which paths of an API are collections, and by which of its operations.

mod arguments;
mod envelope;
mod paths;
mod writes;

use std::collections::BTreeSet;

use connector::{Abilities, Collection, Hidden, OperationKind, Ownership};
use http::Method;
use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::api::{Api, Operation, Parameter, Place};
use crate::collection::config::CollectionConfig;
use crate::collection::field::{Fields, Sides, fields};
use crate::collection::paging::Paging;
use crate::collection::rest::{Key, ListBy, Rest, UpdateBy};
use crate::collection::shape::{Object, Schemas};
use crate::collection::words::snake;
use crate::collection::{key, name};
use paths::{Paths, normal, pieces};

/// The most collections of one API; the rest of a larger one is reached by its actions.
const COLLECTIONS_MAX: usize = 400;
/// Path parameters before the last piece that a caller may have to give.
const OUTER_MAX: usize = 3;
/// Names of arguments that collections have anyway.
const RESERVED: [&str; 16] = [
    "filters",
    "sort",
    "fields",
    "limit",
    "offset",
    "cursor",
    "identifier",
    "data",
    "metrics",
    "group_by",
    "having",
    "items",
    "identifiers",
    "options",
    "resource_type",
    "expected_count",
];

/// What the operations' owners say of them.
pub(crate) struct Settings<'a> {
    /// Collections that configuration names.
    pub(crate) declared: &'a IndexMap<String, CollectionConfig>,
    /// Whether others are looked for.
    pub(crate) conventions: bool,
    /// How the calls of an operation, by its number, are tied to their caller; `None` where it is closed.
    pub(crate) ownership: &'a dyn Fn(usize) -> Option<Ownership>,
    /// Whether a parameter of an operation takes its value from the caller.
    pub(crate) is_bound: &'a dyn Fn(usize, &Parameter) -> bool,
    /// Whether a field of a body does.
    pub(crate) is_bound_field: &'a dyn Fn(&str) -> bool,
}

/// Collections of an API.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) collections: Vec<Rest>,
    /// What configuration names and cannot be had, and what is too much.
    pub(crate) hidden: Vec<Hidden>,
}

/// Paths that follow REST conventions, and those that configuration names.
pub(crate) fn find(api: &Api, settings: &Settings<'_>) -> Found {
    let finder = Finder { api, settings, schemas: Schemas { definitions: &api.definitions }, paths: Paths::of(api) };
    let mut found = Found::default();
    let mut is_declared = BTreeSet::new();
    for (name, declared) in settings.declared {
        is_declared.insert(normal(&declared.path));
        match finder.at(&normal(&declared.path), Some((name, declared))) {
            Some(rest) => found.collections.push(rest),
            None => found.hidden.push(Hidden {
                name: name.clone(),
                reason: format!(
                    "`{}` is not a path that lists objects, or its parameters are not all set",
                    declared.path
                ),
                open_with: format!(
                    "collections.{name}.path = \"/…\", as the document writes it, and `set` for its parameters"
                ),
            }),
        }
    }
    if settings.conventions {
        let mut paths: Vec<&String> = finder.paths.by_path.keys().filter(|path| !is_declared.contains(*path)).collect();
        paths.sort_by_key(|path| path.matches('{').count());
        let all: Vec<(Vec<String>, Rest)> = paths
            .into_iter()
            .filter_map(|path| Some((pieces(path), finder.at(path, None)?)))
            .take(COLLECTIONS_MAX + 1)
            .collect();
        if all.len() > COLLECTIONS_MAX {
            found.hidden.push(Hidden {
                name: "further collections".into(),
                reason: format!(
                    "an API is offered with {COLLECTIONS_MAX} collections at most; its operations are all there"
                ),
                open_with: "include = { tags = [\"…\"] }, to choose which".into(),
            });
        }
        let taken =
            api.operations.iter().map(|it| it.name.as_str()).chain(settings.declared.keys().map(String::as_str));
        let names = name::unique(&all.iter().map(|(pieces, _)| pieces.clone()).collect::<Vec<_>>(), &taken.collect());
        for ((_, mut rest), name) in all.into_iter().zip(names).take(COLLECTIONS_MAX) {
            rest.collection.name = name;
            found.collections.push(rest);
        }
    }
    found
}

struct Finder<'a> {
    api: &'a Api,
    settings: &'a Settings<'a>,
    schemas: Schemas<'a>,
    paths: Paths,
}

impl<'a> Finder<'a> {
    /// The collection that this path lists.
    fn at(&self, path: &str, declared: Option<(&String, &CollectionConfig)>) -> Option<Rest> {
        let here = self.paths.by_path.get(path)?;
        let last = path.rsplit('/').next().filter(|it| !it.contains('{') && !it.is_empty())?;
        let number = *here.get(&Method::GET)?;
        let operation = self.api.operations.get(number)?;
        let set: Map<String, Value> = declared
            .iter()
            .flat_map(|(_, it)| &it.set)
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect();
        let outer: Vec<&Parameter> =
            self.free(number).filter(|it| it.place == Place::Path && !set.contains_key(&it.name)).collect();
        let item_path = self.item_path(path);
        let outer_max = if item_path.is_some() || declared.is_some() { OUTER_MAX } else { 0 };
        if outer.len() > outer_max || outer.iter().any(|it| RESERVED.contains(&it.argument.as_str())) {
            return None;
        }
        let must_be_asked = self.free(number).any(|it| it.place == Place::Query && it.required);
        if item_path.is_none() && declared.is_none() && (!is_plain_plural(last) || must_be_asked) {
            return None;
        }
        let ownership = self.usable(number, OperationKind::List)?;
        let (items, item_schema) =
            self.list_of(operation.output.as_ref()?, last, item_path.is_some() || declared.is_some())?;
        let listed = self
            .schemas
            .object(item_schema)
            .or_else(|| (item_schema == &Value::Null || item_schema == &Value::Object(Map::new())).then(open))?;
        let mut making = Making {
            last,
            listed,
            ownership,
            items_name: items.last().cloned(),
            set: &set,
            operations: BTreeSet::from([OperationKind::List]),
        };
        let members = item_path.map(|(path, parameter)| (self.paths.by_path.get(path), parameter));
        let (methods, parameter) = members.map_or((None, None), |(methods, parameter)| (methods, Some(parameter)));
        let method = |method: &Method| methods.and_then(|it| it.get(method)).copied();

        let get = method(&Method::GET).and_then(|at| self.one(at, &making));
        let got = get.as_ref().map(|(_, object)| object);
        let known: Vec<&str> = making
            .listed
            .properties
            .keys()
            .chain(got.into_iter().flat_map(|it| it.properties.keys()))
            .map(String::as_str)
            .collect();
        let is_open = making.listed.open && making.listed.properties.is_empty();
        let field = parameter.and_then(|parameter| {
            key::field(parameter, last, &known)
                .map(str::to_owned)
                .or_else(|| (is_open && snake(parameter).ends_with("id")).then(|| "id".to_owned()))
        });
        let in_list = |field: &String| is_open || making.listed.properties.contains_key(field);
        let key = field
            .filter(in_list)
            .zip(parameter)
            .map(|(field, parameter)| Key { field, parameter: parameter.to_owned() });
        let keyed = key.is_some();
        let get = get.filter(|_| keyed);

        let create = here.get(&Method::POST).and_then(|at| self.write(*at, OperationKind::Create, &making));
        let update = if keyed { self.update(&method, &making, get.as_ref().map(|(_, it)| it)) } else { None };
        let delete = method(&Method::DELETE).filter(|at| keyed && self.is_like(*at, OperationKind::Delete, &making));

        let sides = Sides {
            listed: &making.listed,
            got: get.as_ref().map(|(_, object)| object),
            created: create.as_ref().map(|(_, object)| object),
            updated: update.as_ref().map(|(_, object)| object),
            key: key.as_ref().map(|it| it.field.as_str()),
            declared: declared.map(|(_, it)| it),
            is_bound: self.settings.is_bound_field,
        };
        let Fields { fields, shown, hidden, identity } = fields(self.schemas, &sides);
        let create = create.map(|(by, _)| by).filter(|_| fields.iter().any(|it| it.creatable));
        let update = update.map(|(by, _)| by).filter(|_| fields.iter().any(|it| it.updatable));
        for (kind, is_there) in [
            (OperationKind::Get, get.is_some()),
            (OperationKind::Create, create.is_some()),
            (OperationKind::Update, update.is_some()),
            (OperationKind::Delete, delete.is_some()),
        ] {
            if is_there {
                making.operations.insert(kind);
            }
        }
        let paging = Paging::of(operation);
        let filters = self.filters(number, &fields, &paging);
        let parameters = self.parameters(&making, &filters, &paging, |kind| match kind {
            OperationKind::List => Some(number),
            OperationKind::Get => get.as_ref().map(|(one, _)| one.operation),
            OperationKind::Create => create.as_ref().map(|it| it.operation),
            OperationKind::Update => update.as_ref().map(|it| match it {
                UpdateBy::Merge(by) | UpdateBy::Replace(by, _) => by.operation,
            }),
            OperationKind::Delete => delete,
            OperationKind::Aggregate => None,
        })?;
        let is_written = making.operations.iter().any(|it| !matches!(it, OperationKind::List | OperationKind::Get));
        let ownership = match making.ownership {
            Ownership::Shared { .. } => Ownership::Shared { writable: is_written },
            owned => owned,
        };
        let said = declared.and_then(|(_, it)| it.description.clone());
        let collection = Collection {
            name: declared.map(|(name, _)| name.clone()).unwrap_or_default(),
            description: said.or_else(|| self.description(operation, item_schema)),
            fields,
            key: key.iter().map(|it| it.field.clone()).collect(),
            operations: making.operations,
            identity,
            ownership,
            parameters,
            page_default: None,
            abilities: Abilities::default(),
        };
        let is_bound = |it: &&Parameter| (self.settings.is_bound)(number, it);
        let bound = operation.parameters.iter().filter(is_bound).map(|it| it.argument.clone()).collect();
        let list = ListBy { operation: number, items, paging, bound, filters };
        let get = get.map(|(one, _)| one);
        Some(Rest { collection, shown, hidden, set, list, key, get, create, update, delete })
    }

    /// The path of one item of a list, and its last parameter.
    fn item_path(&self, path: &str) -> Option<(&str, &str)> {
        let all = self.paths.items.get(path)?;
        let has_get = |it: &&String| self.paths.by_path.get(*it).is_some_and(|all| all.contains_key(&Method::GET));
        let found = all.iter().find(has_get).or(all.first())?;
        let parameter = found.rsplit('/').next()?.trim_start_matches('{').trim_end_matches('}');
        Some((found, parameter))
    }

    /// Parameters that do not take their value from the caller.
    fn free(&self, number: usize) -> impl Iterator<Item = &'a Parameter> + '_ {
        let all = self.api.operations.get(number).map(|it| it.parameters.as_slice()).unwrap_or_default();
        all.iter().filter(move |it| !(self.settings.is_bound)(number, it))
    }

    /// How an operation is tied to its caller, if it can be one on a collection at all.
    fn usable(&self, number: usize, kind: OperationKind) -> Option<Ownership> {
        let operation = self.api.operations.get(number)?;
        let odd = |it: &Parameter| it.required && matches!(it.place, Place::Header | Place::Cookie);
        if operation.effect != kind.effect() || self.free(number).any(odd) {
            return None;
        }
        (self.settings.ownership)(number)
    }

    /// Whether an operation is tied to its caller as the list is.
    fn is_like(&self, number: usize, kind: OperationKind, making: &Making<'_>) -> bool {
        match (self.usable(number, kind), &making.ownership) {
            (Some(Ownership::Owned { .. }), Ownership::Owned { .. }) => true,
            (Some(Ownership::Shared { writable }), Ownership::Shared { .. }) => writable || kind == OperationKind::Get,
            _ => false,
        }
    }

    fn description(&self, operation: &Operation, item: &'a Value) -> Option<String> {
        let of_item = self.schemas.resolve(item).get("description").and_then(Value::as_str);
        let text = of_item.map(str::to_owned).or_else(|| operation.summary.clone())?;
        Some(text.chars().take(300).collect())
    }
}

/// A collection as far as it is known.
struct Making<'a> {
    /// The last piece of its path.
    last: &'a str,
    listed: Object,
    ownership: Ownership,
    /// The property of a list's answer that has the items.
    items_name: Option<String>,
    set: &'a Map<String, Value>,
    operations: BTreeSet<OperationKind>,
}

fn open() -> Object {
    Object { properties: IndexMap::new(), open: true }
}

/// `repos`, and not `findByStatus`: a list of which no single item can be asked for should at least be named as one.
fn is_plain_plural(last: &str) -> bool {
    let name = snake(last);
    let verbs = ["find", "get", "search", "list", "query", "fetch"];
    name.ends_with('s')
        && !["ss", "us", "is"].iter().any(|end| name.ends_with(end))
        && !name.contains("_by_")
        && !verbs.iter().any(|verb| name.starts_with(&format!("{verb}_")))
}
