use std::collections::{BTreeMap, BTreeSet, HashMap};

use connector::{Abilities, Collection, Hidden, OperationKind, Ownership};
use http::Method;
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::config::CollectionConfig;
use super::field::{Fields, Sides, fields};
use super::paging::Paging;
use super::rest::{Key, ListBy, Narrowing, One, Rest, UpdateBy, WriteBy};
use super::shape::{Object, Schemas, is_scalar};
use super::words::{singular, snake};
use super::{key, name};
use crate::api::{Api, Operation, Parameter, Place};

/// The most collections of one API; the rest of a larger one is reached by its actions.
const COLLECTIONS_MAX: usize = 400;
/// Path parameters before the last piece that a caller may have to give.
const OUTER_MAX: usize = 3;
/// Further query parameters of a list.
const OPTIONS_MAX: usize = 30;
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

/// Operations by path and method.
struct Paths {
    by_path: IndexMap<String, HashMap<Method, usize>>,
    /// Of a path, those that have one parameter more at the end.
    items: HashMap<String, Vec<String>>,
}

impl Paths {
    fn of(api: &Api) -> Self {
        let mut paths = Self { by_path: IndexMap::new(), items: HashMap::new() };
        for (number, operation) in api.operations.iter().enumerate().filter(|(_, it)| !it.deprecated) {
            let path = normal(&operation.path);
            if !paths.by_path.contains_key(&path) {
                if let Some((before, _)) = path.rsplit_once('/').filter(|(_, last)| is_parameter(last)) {
                    paths.items.entry(before.to_owned()).or_default().push(path.clone());
                }
            }
            paths.by_path.entry(path).or_default().insert(operation.method.clone(), number);
        }
        paths
    }
}

/// A path without a slash at its end and without `.json`.
fn normal(path: &str) -> String {
    let path = path.trim_end_matches('/');
    path.strip_suffix(".json").unwrap_or(path).to_owned()
}

fn is_parameter(segment: &str) -> bool {
    segment.len() > 2 && segment.starts_with('{') && segment.ends_with('}') && segment.matches('{').count() == 1
}

/// The literal pieces of a path, versions left out.
fn pieces(path: &str) -> Vec<String> {
    let is_version = |it: &str| {
        it.len() > 1 && it.starts_with(['v', 'V']) && it[1..].chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let literal = path.split('/').filter(|it| !it.is_empty() && !it.contains('{') && !is_version(it) && *it != "api");
    literal.map(name::piece).filter(|it| !it.is_empty()).collect()
}

struct Finder<'a> {
    api: &'a Api,
    settings: &'a Settings<'a>,
    schemas: Schemas<'a>,
    paths: Paths,
}

/// Names of properties that hold a list or an item in many APIs.
const GENERIC: [&str; 12] = [
    "data", "items", "results", "result", "records", "values", "value", "entries", "rows", "list", "content", "objects",
];

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

    /// Where an answer has its list of objects.
    fn list_of(&self, schema: &'a Value, last: &str, is_sure: bool) -> Option<(Vec<String>, &'a Value)> {
        if let Some(items) = self.schemas.items(schema) {
            return self.is_object(items).then_some((Vec::new(), items));
        }
        let (name, inner) = self.list_in(schema, last, is_sure)?;
        if let Some(items) = self.schemas.items(inner) {
            return Some((vec![name], items));
        }
        let (deeper, items) = self.list_in(inner, last, is_sure)?;
        Some((vec![name, deeper], self.schemas.items(items)?))
    }

    /// The property with the list, or with the object that has the list.
    fn list_in(&self, schema: &'a Value, last: &str, is_sure: bool) -> Option<(String, &'a Value)> {
        let properties = self.properties(schema);
        let is_list = |it: &&(String, &'a Value)| self.schemas.items(it.1).is_some_and(|items| self.is_object(items));
        let lists: Vec<&(String, &'a Value)> = properties.iter().filter(is_list).collect();
        let is_named = |it: &(String, &Value)| {
            let name = snake(&it.0);
            GENERIC.contains(&name.as_str())
                || name == snake(last)
                || snake(last).ends_with(&format!("_{name}"))
                || name.ends_with(&format!("_{}", snake(last)))
        };
        let found = match lists.as_slice() {
            [only] if is_sure || is_named(only) => Some(*only),
            several => several.iter().copied().find(|it| is_named(it)),
        };
        let outer = || {
            properties
                .iter()
                .find(|it| matches!(it.0.as_str(), "data" | "result" | "results" | "response" | "_embedded"))
        };
        found.or_else(|| outer().filter(|_| lists.is_empty())).cloned()
    }

    /// Properties of an object schema as they stand in the document.
    fn properties(&self, schema: &'a Value) -> Vec<(String, &'a Value)> {
        let schema = self.schemas.resolve(schema);
        let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let mut all: Vec<(String, &'a Value)> = own.map(|(name, it)| (name.clone(), it)).collect();
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            let inner = self.schemas.resolve(part).get("properties").and_then(Value::as_object).into_iter().flatten();
            all.extend(inner.map(|(name, it)| (name.clone(), it)));
        }
        all
    }

    fn is_object(&self, schema: &'a Value) -> bool {
        let is_anything = schema.as_object().is_some_and(Map::is_empty) || schema.is_null();
        is_anything || self.schemas.object(schema).is_some()
    }

    /// The operation that gives one item.
    fn one(&self, number: usize, making: &Making<'_>) -> Option<(One, Object)> {
        if !self.is_like(number, OperationKind::Get, making) {
            return None;
        }
        let output = self.api.operations.get(number)?.output.as_ref()?;
        let (envelope, object) = self.item_in(output, making)?;
        Some((One { operation: number, envelope }, object))
    }

    /// The item in a body or an answer: all of it, or one property of it.
    fn item_in(&self, schema: &'a Value, making: &Making<'_>) -> Option<(Option<String>, Object)> {
        let whole = self.schemas.object(schema)?;
        let shared =
            |object: &Object| object.properties.keys().filter(|it| making.listed.properties.contains_key(*it)).count();
        let objects =
            self.properties(schema).into_iter().filter_map(|(name, it)| Some((name, self.schemas.object(it)?)));
        let one = singular(making.last);
        let is_named = |name: &str| {
            let name = snake(name);
            name == one
                || GENERIC.contains(&name.as_str())
                || making.items_name.as_ref().is_some_and(|it| snake(it) == name || singular(it) == name)
        };
        let is_open = making.listed.properties.is_empty();
        let fits = |(name, object): &(String, Object)| {
            is_named(name)
                && if is_open {
                    object.properties.is_empty() || object.open
                } else {
                    shared(object) > shared(&whole) || (shared(&whole) == 0 && object.open)
                }
        };
        let inner = objects.into_iter().find(fits);
        Some(inner.map_or((None, whole), |(name, object)| (Some(name), object)))
    }

    /// An operation that takes an item.
    fn write(&self, number: usize, kind: OperationKind, making: &Making<'_>) -> Option<(WriteBy, Object)> {
        if !self.is_like(number, kind, making) {
            return None;
        }
        let operation = self.api.operations.get(number)?;
        let body = operation.body.as_ref()?;
        let is_taken = ["application/json", "application/x-www-form-urlencoded", "application/merge-patch+json"];
        let media = body.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_json = media.ends_with("+json") && media != "application/json-patch+json";
        if !is_taken.contains(&media.as_str()) && !is_json {
            return None;
        }
        let (wrap, object) = self.item_in(&body.schema, making)?;
        // What must stand beside the item cannot be given.
        if let Some(wrap) = &wrap {
            let whole = self.schemas.object(&body.schema)?;
            if whole
                .properties
                .iter()
                .any(|(name, it)| it.required && name != wrap && !(self.settings.is_bound_field)(name))
            {
                return None;
            }
        }
        let answer = operation.output.as_ref().and_then(|output| self.item_in(output, making));
        let envelope = answer.and_then(|(envelope, _)| envelope);
        Some((WriteBy { operation: number, wrap, envelope }, object))
    }

    fn update(
        &self,
        method: &dyn Fn(&Method) -> Option<usize>,
        making: &Making<'_>,
        got: Option<&Object>,
    ) -> Option<(UpdateBy, Object)> {
        let write = |number| self.write(number, OperationKind::Update, making);
        if let Some((by, object)) = method(&Method::PATCH).and_then(write) {
            return Some((UpdateBy::Merge(by), object));
        }
        if let Some((by, object)) = method(&Method::PUT).and_then(write) {
            // It replaces the item: all that it takes must be known, or it would be lost.
            let got = got?;
            let names: Vec<String> = object.properties.keys().cloned().collect();
            let is_known = |name: &String| got.properties.contains_key(name) || (self.settings.is_bound_field)(name);
            let all_known = !names.is_empty() && names.iter().all(is_known) && !object.open;
            return all_known.then_some((UpdateBy::Replace(by, names), object));
        }
        // By the custom of some APIs a POST to the item changes it, and says so.
        let says = |number: &usize| {
            let operation = self.api.operations.get(*number);
            let first =
                |text: &Option<String>| text.as_ref().is_some_and(|it| it.to_ascii_lowercase().starts_with("update"));
            operation.is_some_and(|it| {
                it.name.to_ascii_lowercase().contains("update") || first(&it.summary) || first(&it.description)
            })
        };
        let (by, object) = method(&Method::POST).filter(says).and_then(write)?;
        Some((UpdateBy::Merge(by), object))
    }

    /// Fields that a query parameter of the same name narrows to.
    fn filters(&self, number: usize, fields: &[connector::Field], paging: &Paging) -> IndexMap<String, Narrowing> {
        let query = self.free(number).filter(|it| it.place == Place::Query && !it.deprecated && !paging.has(&it.name));
        let scalar = query.filter_map(|it| {
            let (schema, _) = self.schemas.inline(&it.schema);
            let field = fields.iter().find(|field| field.name == it.name && field.filterable)?;
            let same = field.schema.get("type").is_none_or(|kind| schema.get("type") == Some(kind)) || field.is_text();
            let values = schema.get("enum").and_then(Value::as_array).cloned();
            (is_scalar(&schema) && same && !it.required)
                .then(|| (field.name.clone(), Narrowing { argument: it.argument.clone(), values }))
        });
        scalar.collect()
    }

    /// The collection's own arguments for each operation; `None` where one that is needed cannot be given.
    fn parameters(
        &self,
        making: &Making<'_>,
        filters: &IndexMap<String, Narrowing>,
        paging: &Paging,
        by: impl Fn(OperationKind) -> Option<usize>,
    ) -> Option<BTreeMap<OperationKind, Vec<connector::Parameter>>> {
        let mut all = BTreeMap::new();
        for kind in &making.operations {
            let Some(number) = by(*kind) else { continue };
            let key = self.item_parameter(number, *kind);
            let mut own = Vec::new();
            for parameter in self.free(number) {
                let is_choice = match parameter.place {
                    Place::Path => Some(&parameter.name) != key.as_ref() && !making.set.contains_key(&parameter.name),
                    Place::Query => {
                        let is_paging = *kind == OperationKind::List && paging.has(&parameter.name);
                        let is_filter = filters.values().any(|it| it.argument == parameter.argument);
                        parameter.required
                            || (*kind == OperationKind::List && !is_paging && !is_filter && !parameter.deprecated)
                    }
                    Place::Header | Place::Cookie => false,
                };
                let is_reserved = RESERVED.contains(&parameter.argument.as_str());
                if is_choice && is_reserved && parameter.required {
                    return None;
                }
                if is_choice && !is_reserved && (parameter.required || own.len() < OPTIONS_MAX) {
                    own.push(self.option(parameter));
                }
            }
            if !own.is_empty() {
                all.insert(*kind, own);
            }
        }
        Some(all)
    }

    /// The path parameter that the identifier fills.
    fn item_parameter(&self, number: usize, kind: OperationKind) -> Option<String> {
        let of_item = matches!(kind, OperationKind::Get | OperationKind::Update | OperationKind::Delete);
        let path = of_item.then(|| normal(&self.api.operations.get(number)?.path).into())?;
        let last: Option<String> = path;
        last?.rsplit('/').next().map(|it| it.trim_start_matches('{').trim_end_matches('}').to_owned())
    }

    fn option(&self, parameter: &Parameter) -> connector::Parameter {
        let (schema, _) = self.schemas.inline(&parameter.schema);
        let words = parameter.description.clone().unwrap_or_default();
        connector::Parameter {
            name: parameter.argument.clone(),
            description: words.chars().take(300).collect(),
            schema: if schema.is_object() { schema } else { Value::Object(Map::new()) },
            required: parameter.required || parameter.place == Place::Path,
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
