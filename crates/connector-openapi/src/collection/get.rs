use connector::{Error, Get, Identifier, Outcome, Result};
use http::StatusCode;
use serde_json::{Map, Value};

use super::execute::Run;
use super::page::no_room;

/// One item.
pub(super) async fn get(run: &Run<'_>, get: &Get) -> Result<Outcome> {
    let id = single(run, &get.identifier)?;
    let item = fetch(run, id, &get.options).await?;
    let shown = run.rest.show(item, get.fields.as_deref());
    let outcome = Outcome::of(&shown)?;
    match &outcome.data {
        Some(data) if data.get().len() > run.context.result_bytes_max => Err(no_room()),
        _ => Ok(outcome),
    }
}

/// The whole item as the API gives it.
pub(super) async fn fetch(run: &Run<'_>, id: &Value, options: &Map<String, Value>) -> Result<Map<String, Value>> {
    Ok(fetch_with_tag(run, id, options).await?.0)
}

/// The same, with its entity tag (RFC 9110 section 8.8.3) where it has a strong one.
pub(super) async fn fetch_with_tag(
    run: &Run<'_>,
    id: &Value,
    options: &Map<String, Value>,
) -> Result<(Map<String, Value>, Option<http::HeaderValue>)> {
    let by = run.rest.get.as_ref().ok_or_else(|| run.cannot())?;
    let operation = run.operation(by.operation)?;
    let input = run.rest.input_of(operation, options, id);
    let missing = || Error::not_found(&run.rest.collection.name);
    let response = run.calls.send(run.call(operation, input)).await?;
    // What an API will not let this user see is not there for them.
    if matches!(response.status, StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN) {
        return Err(missing());
    }
    if let Some(error) = response.error() {
        return Err(error);
    }
    let tag = response.headers.get(http::header::ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/")).cloned();
    let item = run.item(&response, by.envelope.as_deref())?.ok_or_else(missing)?;
    Ok((item, tag))
}

/// The value of the collection's one key.
pub(super) fn single<'a>(run: &Run<'_>, identifier: &'a Identifier) -> Result<&'a Value> {
    identifier.single().ok_or_else(|| run.cannot())
}
