use connector::{Outcome, Result, Update};
use http::header::IF_MATCH;
use serde_json::{Map, Value};
use upstream::Response;

use super::create::{fitted, outcome};
use super::execute::Run;
use super::get::{fetch, fetch_with_tag, single};
use super::rest::{UpdateBy, WriteBy};

/// New values for some fields of one item.
pub(super) async fn update(run: &Run<'_>, update: &Update) -> Result<Outcome> {
    let id = single(run, &update.identifier)?;
    let data = fitted(run, &update.data)?;
    let (by, response) = match run.rest.update.as_ref().ok_or_else(|| run.cannot())? {
        UpdateBy::Merge(by) => (by, send(run, by, id, update, data, None).await?),
        UpdateBy::Replace(by, fields) => {
            let (item, tag) = fetch_with_tag(run, id, &update.options).await?;
            // What the body takes and the item has, with the new values over it.
            let mut whole: Map<_, _> = item.into_iter().filter(|(name, _)| fields.contains(name)).collect();
            whole.extend(data);
            (by, send(run, by, id, update, whole, tag).await?)
        }
    };
    let item = run.item(&response, by.envelope.as_deref())?.filter(|item| !item.is_empty());
    let has_key = item.as_ref().is_some_and(|item| run.rest.id(item).is_some());
    let item = match item {
        Some(item) if has_key || run.rest.get.is_none() => Some(item),
        _ => fetch(run, id, &update.options).await.ok(),
    };
    outcome(run, item, Some(id.clone()), Vec::new())
}

async fn send(
    run: &Run<'_>,
    by: &WriteBy,
    id: &Value,
    update: &Update,
    data: Map<String, Value>,
    tag: Option<http::HeaderValue>,
) -> Result<Response> {
    let operation = run.operation(by.operation)?;
    let mut input = run.rest.input_of(operation, &update.options, id);
    by.put(run.api, data, &mut input);
    let mut call = run.call(operation, input);
    if let Some(tag) = tag {
        call.headers.insert(IF_MATCH, tag);
    }
    run.change(call, id, &update.options).await
}
