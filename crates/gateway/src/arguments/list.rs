use connector::{Collection, Error, Filter, FilterLimits, List, Result, Sort, Start};
use serde_json::{Map, Value};

use crate::Options;

/// The arguments that choose items; what a cursor is bound to.
pub(crate) struct Query {
    pub(crate) arguments: Map<String, Value>,
}

/// Arguments that only say which page of the query is wanted.
const PAGE: [&str; 3] = ["cursor", "offset", "limit"];

impl Query {
    /// All but the page.
    pub(crate) fn of(arguments: &Map<String, Value>) -> Self {
        let chosen = arguments.iter().filter(|(name, _)| !PAGE.contains(&name.as_str()));
        Self { arguments: chosen.map(|(name, value)| (name.clone(), value.clone())).collect() }
    }

    /// Takes the query of an opened cursor, which may be repeated or left out but not changed.
    pub(crate) fn resume(self, sealed: Value) -> Result<Self> {
        let Value::Object(sealed) = sealed else { return Err(Error::internal("a cursor without a query")) };
        match self.arguments.iter().find(|(name, value)| sealed.get(*name) != Some(value)) {
            None => Ok(Self { arguments: sealed }),
            Some((name, _)) => Err(Error::invalid(format!(
                "`{name}` differs from the list that this `cursor` came from. Repeat it unchanged, leave it out, or \
                 start again without `cursor`."
            ))),
        }
    }
}

/// A list from a query, a page size and a start.
pub(crate) fn read_list(
    query: &Query,
    limit: u32,
    start: Start,
    collection: &Collection,
    options: Map<String, Value>,
    limits: FilterLimits,
) -> Result<List> {
    let arguments = &query.arguments;
    Ok(List {
        collection: collection.name.clone(),
        filter: filter(arguments, collection, limits)?,
        sort: sort(arguments, &|name| collection.field(name).is_some_and(|field| field.sortable), || {
            sortable(collection)
        })?,
        fields: fields(arguments, collection)?,
        limit,
        start,
        options,
    })
}

pub(super) fn filter(
    arguments: &Map<String, Value>,
    collection: &Collection,
    limits: FilterLimits,
) -> Result<Option<Filter>> {
    match arguments.get("filters") {
        Some(filters) => Filter::parse(filters, collection, limits),
        None => Ok(None),
    }
}

pub(super) fn limit(arguments: &Map<String, Value>, default: u32, options: &Options) -> u32 {
    let asked = arguments.get("limit").and_then(Value::as_u64).and_then(|limit| u32::try_from(limit).ok());
    asked.unwrap_or(default).clamp(1, options.rows_max)
}

pub(super) fn names(arguments: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let names = arguments.get(name)?.as_array()?;
    Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The `fields` argument: names of readable fields, each once.
pub(super) fn fields(arguments: &Map<String, Value>, collection: &Collection) -> Result<Option<Vec<String>>> {
    let Some(asked) = names(arguments, "fields").filter(|names| !names.is_empty()) else { return Ok(None) };
    let mut fields = Vec::with_capacity(asked.len());
    for name in asked {
        if collection.field(&name).is_none() {
            let known = collection.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Error::invalid(format!(
                "`fields` names `{name}`, which {} does not have. It has: {known}.",
                collection.name
            )));
        }
        if !fields.contains(&name) {
            fields.push(name);
        }
    }
    Ok(Some(fields))
}

/// The `sort` argument: `name`, `-name`, `name desc`, `name asc`.
pub(super) fn sort(
    arguments: &Map<String, Value>,
    can: &dyn Fn(&str) -> bool,
    known: impl Fn() -> String,
) -> Result<Vec<Sort>> {
    const TERMS_MAX: usize = 8;
    let asked = names(arguments, "sort").unwrap_or_default();
    if asked.len() > TERMS_MAX {
        return Err(Error::invalid(format!("`sort` has more than {TERMS_MAX} terms.")));
    }
    let mut terms: Vec<Sort> = Vec::with_capacity(asked.len());
    for text in asked {
        let term = term(&text);
        if !can(&term.field) {
            return Err(Error::invalid(format!(
                "`sort` names `{}`, which cannot be sorted by. Use: {}.",
                term.field,
                known()
            )));
        }
        if terms.iter().all(|earlier| earlier.field != term.field) {
            terms.push(term);
        }
    }
    Ok(terms)
}

fn term(text: &str) -> Sort {
    let text = text.trim();
    if let Some(field) = text.strip_prefix('-') {
        return Sort { field: field.to_owned(), descending: true };
    }
    let split = text.rsplit_once(' ').map(|(field, word)| (field.trim(), word.to_ascii_lowercase()));
    match split {
        Some((field, word)) if word == "desc" => Sort { field: field.to_owned(), descending: true },
        Some((field, word)) if word == "asc" => Sort { field: field.to_owned(), descending: false },
        _ => Sort { field: text.strip_prefix('+').unwrap_or(text).to_owned(), descending: false },
    }
}

fn sortable(collection: &Collection) -> String {
    collection.fields.iter().filter(|f| f.sortable).map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ")
}
