use connector::Error;
use connector::{Context, ErrorKind, List, Outcome, Result, Start};
use serde_json::{Map, Value};

use super::execute::{Run, json};
use super::matcher::{Matcher, equals, fit};
use super::next::{Came, Next, Pairs, next};
use super::order;
use super::page::Page;
use super::place::Place;
use super::total::total;
use crate::api::{self, Operation};

/// Pages of the API that one page of ours may take.
const PAGES_MAX: usize = 10;

/// A page of what matches. The API's own pages are read one after the other until ours is full; the place where it
/// ended names the API's page and how much of it was shown.
pub(super) async fn list(run: &Run<'_>, list: &List) -> Result<Outcome> {
    let matcher = list.filter.as_ref().map(|filter| Matcher::new(filter, &run.rest.collection)).transpose()?;
    let source = Source::new(run, list)?;
    match list.sort.is_empty() {
        true => in_the_apis_order(&source, list, matcher.as_ref(), run.context).await,
        false => sorted_here(&source, list, matcher.as_ref(), run.context).await,
    }
}

/// One page of the API.
struct Pulled {
    items: Vec<Map<String, Value>>,
    next: Next,
    total: Option<u64>,
    /// The pairs that gave it.
    sent: Pairs,
}

/// What an API's pages are read from.
struct Source<'a> {
    run: &'a Run<'a>,
    operation: &'a Operation,
    input: Map<String, Value>,
    /// Items that a page is asked for.
    size: u64,
}

impl<'a> Source<'a> {
    fn new(run: &'a Run<'a>, list: &List) -> Result<Self> {
        let by = &run.rest.list;
        let operation = run.operation(by.operation)?;
        let mut input = run.rest.input(operation, &list.options);
        // What a parameter of the API narrows is narrowed there; all of it is looked at here again.
        for (field, value) in list.filter.as_ref().map(equals).unwrap_or_default() {
            if let Some(narrowing) = by.filters.get(field) {
                let value = fit(field, value, &run.rest.collection)?;
                let is_taken = narrowing.values.as_ref().is_none_or(|all| all.contains(&value));
                if is_taken && !input.contains_key(&narrowing.argument) && value != Value::from("") {
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
    fn first(&self) -> Pairs {
        let size = self.run.rest.list.paging.size.as_ref();
        size.map(|it| (it.name.clone(), self.size.to_string())).into_iter().collect()
    }

    /// Reads the page that these pairs choose.
    async fn read(&self, pairs: &Pairs) -> Result<Pulled> {
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

    fn call(&self, pairs: &Pairs) -> super::Call<'a> {
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
    super::shape::has_type(schema, "array") || super::shape::has_type(schema, "object")
}

/// A value from an address in the type that its parameter has.
fn typed(schema: &Value, text: &str) -> Value {
    let is = |name| super::shape::has_type(schema, name);
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

const SAME_AGAIN: &str =
    "The API names the same page again as the next one, so this list ends here; there may be more.";

async fn in_the_apis_order(
    source: &Source<'_>,
    list: &List,
    matcher: Option<&Matcher>,
    context: &Context,
) -> Result<Outcome> {
    let mut place = Place::read(&list.start)?;
    if matcher.is_none() {
        jump(source, &mut place);
    }
    let mut page = Page::new(context.result_bytes_max);
    let (mut looked_at, mut count, mut notices) = (0, None, Vec::new());
    let is_first = place.pairs.is_empty();
    if is_first {
        place.pairs = source.first();
    }
    for _ in 0..PAGES_MAX {
        let came = source.read(&place.pairs).await?;
        place.pairs = came.sent.clone();
        if matcher.is_none() {
            count = count.or(came.total);
        }
        looked_at += came.items.len();
        let of_page = came.items.len();
        for (at, item) in came.items.into_iter().enumerate().skip(place.skip) {
            let is_wanted = matcher.is_none_or(|matcher| matcher.matches(&item));
            let here = Place { skip: at, ..place.clone() };
            if !is_wanted {
                continue;
            }
            if place.offset > 0 {
                place.offset -= 1;
                continue;
            }
            if page.len() >= list.limit as usize {
                return done(page, count, Some(here), notices);
            }
            if !page.add(source.run.rest.show(item, list.fields.as_deref()))? {
                notices.push("The answer grew too large, so this page is shorter. Go on with the cursor.".into());
                return done(page, count, Some(here), notices);
            }
        }
        let (pairs, is_sure) = match came.next {
            Next::End => return ended(page, count, is_first, list, notices),
            Next::There(pairs) => (pairs, true),
            Next::Perhaps(pairs) => (pairs, false),
        };
        if of_page == 0 && !is_sure {
            return ended(page, count, is_first, list, notices);
        }
        if pairs == place.pairs {
            notices.push(SAME_AGAIN.into());
            return done(page, count, None, notices);
        }
        place = Place { pairs, skip: 0, offset: place.offset };
        if is_sure && matcher.is_none() && page.len() >= list.limit as usize {
            return done(page, count, Some(place), notices);
        }
    }
    notices.push(format!("{looked_at} items were looked at for this page. Go on with the cursor."));
    done(page, count, Some(place), notices)
}

/// An API that counts by items is asked for the right ones at once.
fn jump(source: &Source<'_>, place: &mut Place) {
    let paging = &source.run.rest.list.paging;
    if let (Some(offset), true, true) = (&paging.offset, place.offset > 0, place.pairs.is_empty()) {
        place.pairs = source.first();
        place.pairs.push((offset.clone(), place.offset.to_string()));
        place.offset = 0;
    }
}

fn done(page: Page, count: Option<u64>, rest: Option<Place>, notices: Vec<String>) -> Result<Outcome> {
    Ok(Outcome {
        // A total that is smaller than what was seen is none.
        count: count.filter(|count| *count >= page.len() as u64),
        has_more: Some(rest.is_some()),
        next: rest.map(|place| place.to_text()).transpose()?,
        data: Some(page.into_json()?),
        notices,
        ..Outcome::default()
    })
}

fn ended(page: Page, count: Option<u64>, whole: bool, list: &List, notices: Vec<String>) -> Result<Outcome> {
    let from_start = whole && list.start == Start::Offset(0);
    let counted = from_start.then_some(page.len() as u64);
    done(page, counted.or(count), None, notices)
}

/// Everything that matches, put in order here; refused where that is more than is read for one call.
async fn sorted_here(
    source: &Source<'_>,
    list: &List,
    matcher: Option<&Matcher>,
    context: &Context,
) -> Result<Outcome> {
    let place = Place::read(&list.start)?;
    let (mut all, mut pairs, mut looked_at, mut pages) = (Vec::new(), source.first(), 0, 0);
    loop {
        if pages == PAGES_MAX {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!(
                    "{} has more than {looked_at} items, too many to sort. Leave `sort` out, or narrow it by `filters`.",
                    source.run.rest.collection.name
                ),
            ));
        }
        pages += 1;
        let came = source.read(&pairs).await?;
        looked_at += came.items.len();
        let is_empty = came.items.is_empty();
        all.extend(came.items.into_iter().filter(|item| matcher.is_none_or(|matcher| matcher.matches(item))));
        pairs = match came.next {
            Next::There(next) if next != came.sent => next,
            Next::Perhaps(next) if next != came.sent && !is_empty => next,
            _ => break,
        };
    }
    all.sort_by(|a, b| order::by(&list.sort, a, b));
    let count = all.len();
    let skip = usize::try_from(place.offset).unwrap_or(usize::MAX);
    let mut page = Page::new(context.result_bytes_max);
    let mut notices = Vec::new();
    for item in all.into_iter().skip(skip).take(list.limit as usize) {
        if !page.add(source.run.rest.show(item, list.fields.as_deref()))? {
            notices.push("The answer grew too large, so this page is shorter. Go on with the cursor.".into());
            break;
        }
    }
    let end = skip.saturating_add(page.len());
    let rest = (end < count).then(|| Place { offset: end as u64, ..Place::default() });
    done(page, Some(count as u64), rest, notices)
}
