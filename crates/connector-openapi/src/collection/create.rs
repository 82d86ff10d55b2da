use connector::{Create, Outcome, Result};
use http::header::LOCATION;
use serde_json::{Map, Value};
use upstream::Response;

use super::execute::Run;
use super::get::fetch;
use super::matcher::fit;

/// A new item.
pub(super) async fn create(run: &Run<'_>, create: &Create) -> Result<Outcome> {
    let by = run.rest.create.as_ref().ok_or_else(|| run.cannot())?;
    let operation = run.operation(by.operation)?;
    let mut input = run.rest.input(operation, &create.options);
    by.put(run.api, fitted(run, &create.data)?, &mut input);
    let response = run.calls.send(run.call(operation, input)).await?;
    if let Some(error) = response.error() {
        return Err(error);
    }
    let item = run.item(&response, by.envelope.as_deref())?.filter(|item| !item.is_empty());
    let id = item.as_ref().and_then(|item| run.rest.id(item)).or_else(|| named(&response));
    let (item, notices) = match (item, &id) {
        (Some(item), _) => (Some(item), Vec::new()),
        // Made it is, whatever becomes of looking at it.
        (None, Some(id)) => (fetch(run, id, &create.options).await.ok(), Vec::new()),
        (None, None) => (None, vec!["The API took it and did not say what it made of it.".to_owned()]),
    };
    outcome(run, item, id, notices)
}

/// What was written, within the bytes that an answer may have: that it was written is told in any case.
pub(super) fn outcome(
    run: &Run<'_>,
    item: Option<Map<String, Value>>,
    id: Option<Value>,
    mut notices: Vec<String>,
) -> Result<Outcome> {
    let mut outcome = match item {
        Some(item) => Outcome::of(&run.rest.show(item, None))?,
        None => Outcome::default(),
    };
    if outcome.data.as_ref().is_some_and(|data| data.get().len() > run.context.result_bytes_max) {
        outcome.data = None;
        notices.push("It was written. It is too large to be shown here: get it with fewer `fields`.".into());
    }
    Ok(Outcome { id, notices, ..outcome })
}

/// The last piece of the address where the new item is (RFC 9110 section 10.2.2).
fn named(response: &Response) -> Option<Value> {
    let address = response.headers.get(LOCATION)?.to_str().ok()?;
    let path = address.split(['?', '#']).next()?.trim_end_matches('/');
    let piece = path.rsplit_once('/')?.1;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    (!piece.is_empty() && piece.len() <= 200 && piece.chars().all(plain)).then(|| piece.into())
}

/// Values in the types of their fields.
pub(super) fn fitted(run: &Run<'_>, data: &Map<String, Value>) -> Result<Map<String, Value>> {
    data.iter().map(|(name, value)| Ok((name.clone(), fit(name, value, &run.rest.collection)?))).collect()
}
