//! What a server has to read: a list that is each caller's own, and documents by their address.

use connector::{Answers, Error, ErrorKind, Get, List, Outcome, Result, Start};
use serde_json::{Map, Value};

use super::{Calls, content, round};
use crate::catalog::{RESOURCES, shown};
use crate::read;
use crate::ties::Tied;
use crate::wire::{Ask, Failure, Who};

/// The longest address.
const URI_BYTES_MAX: usize = 8 << 10;

/// A page of the list, as the caller sees it.
pub(crate) async fn list(calls: &Calls<'_>, tied: &Tied, list: &List) -> Result<Outcome> {
    let items = all(calls, tied).await?;
    let start = match &list.start {
        Start::Offset(offset) => *offset,
        Start::After(place) => place.parse().map_err(|_| Error::invalid("The cursor is not one of this list."))?,
    };
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let limit = usize::try_from(list.limit).unwrap_or(usize::MAX);
    // Brackets around, and a comma behind each but the last.
    let (mut page, mut left) = (Vec::new(), calls.context.result_bytes_max.saturating_sub(1));
    for item in items.iter().skip(start).take(limit) {
        let item = project(item.clone(), list.fields.as_deref());
        let size = Value::from(item.clone()).to_string().len() + 1;
        if size > left {
            break;
        }
        left -= size;
        page.push(item);
    }
    let end = start.saturating_add(page.len());
    let has_more = end < items.len();
    let mut outcome = Outcome::of(&page)?;
    if page.len() < limit && has_more {
        outcome
            .notices
            .push("The page ends where its size does: go on with the cursor, or ask for fewer fields.".into());
    }
    outcome.count = u64::try_from(items.len()).ok();
    outcome.has_more = Some(has_more);
    outcome.next = (has_more && !page.is_empty()).then(|| end.to_string());
    Ok(outcome)
}

/// One item, with what stands in it.
pub(crate) async fn get(calls: &Calls<'_>, tied: &Tied, get: &Get) -> Result<Outcome> {
    let missing = || Error::not_found(RESOURCES);
    let uri = get.identifier.single().and_then(Value::as_str).ok_or_else(missing)?;
    let wants = |name: &str| get.fields.as_ref().is_none_or(|fields| fields.iter().any(|field| field == name));
    let contents = match read_uri(calls, tied, uri, None).await? {
        Ok(contents) => contents,
        Err(asked) if asked.asked.is_some() => {
            let message = "The MCP server has to know more before it gives this. Read it by its address over MCP.";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        Err(outcome) => return Ok(outcome),
    };
    let is_listed = |item: &Map<String, Value>| item.get("uri").and_then(Value::as_str) == Some(uri);
    let mut item = all(calls, tied).await?.into_iter().find(is_listed).unwrap_or_else(|| {
        Map::from_iter([("uri".to_owned(), Value::from(uri)), ("name".to_owned(), Value::from(uri))])
    });
    if wants("contents") {
        item.insert("contents".into(), contents.into());
    }
    let item = project(item, get.fields.as_deref());
    if Value::from(item.clone()).to_string().len() > calls.context.result_bytes_max {
        let message = "The document is larger than is passed on. Leave out `contents` by naming `fields`.";
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    Outcome::of(&item)
}

/// A document by its address.
pub(crate) async fn read(calls: &Calls<'_>, tied: &Tied, uri: &str, answers: Option<&Answers>) -> Result<Outcome> {
    match read_uri(calls, tied, uri, answers).await? {
        Ok(contents) => Outcome::of(&contents),
        Err(asked) => Ok(asked),
    }
}

/// What stands in it, or what the server has to know first.
async fn read_uri(
    calls: &Calls<'_>,
    tied: &Tied,
    uri: &str,
    answers: Option<&Answers>,
) -> Result<std::result::Result<Vec<Value>, Outcome>> {
    let missing = || Error::not_found(RESOURCES);
    if uri.is_empty() || uri.len() > URI_BYTES_MAX || uri.chars().any(char::is_control) {
        return Err(missing());
    }
    let mut params = Map::from_iter([("uri".to_owned(), Value::from(uri))]);
    round::answer(&mut params, answers);
    let ask = Ask { name: Some(uri.to_owned()), ..Ask::look("resources/read", params) };
    let result = match calls.ask(&tied.tie, ask).await? {
        Ok(result) => result,
        // Both say that there is none (2026-07-28 and before, server/resources, "Error Handling").
        Err(Failure::Said(said)) if matches!(said.code, -32602 | -32002) => return Err(missing().with_source(said)),
        Err(failure) => return Err(failure.into_error(RESOURCES)),
    };
    if let Some(asked) = round::asked(&result)? {
        return Ok(Err(asked));
    }
    let all = result.get("contents").and_then(Value::as_array).cloned().unwrap_or_default();
    let contents: Vec<Value> = all.into_iter().filter(content::is_contents).collect();
    if contents.is_empty() {
        return Err(missing());
    }
    let size = contents.iter().map(|one| one.to_string().len() + 1).sum::<usize>() + 1;
    if size > calls.context.result_bytes_max {
        let message = format!("The document has {size} bytes, more than is passed on.");
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    Ok(Ok(contents))
}

async fn all(calls: &Calls<'_>, tied: &Tied) -> Result<Vec<Map<String, Value>>> {
    let meta = calls.whose.meta(calls.caller).await?;
    let mut ask = Ask::look("resources/list", Map::new());
    if !meta.is_empty() {
        ask.params.insert("_meta".into(), meta.into());
    }
    let who = Who::Caller(calls.caller, &tied.tie);
    let found = read::all(calls.link, who, &ask, "resources", calls.items_max).await;
    let found = found.map_err(|failure| failure.into_error(RESOURCES))?;
    let is_one = |item: &&Map<String, Value>| {
        item.get("uri").and_then(Value::as_str).is_some_and(|uri| !uri.is_empty() && uri.len() <= URI_BYTES_MAX)
    };
    Ok(found.iter().filter(is_one).map(shown).collect())
}

fn project(mut item: Map<String, Value>, fields: Option<&[String]>) -> Map<String, Value> {
    if let Some(fields) = fields {
        item.retain(|name, _| fields.iter().any(|field| field == name));
    }
    item
}
