//! From an operation and its arguments to a request.

mod body;
mod encode;
mod header;
mod idempotency;
mod pairs;
mod path;
mod query;
mod shape;
mod template;

use access::Effect;
use bytes::Bytes;
use connector::{Error, Result};
use http::{HeaderMap, HeaderValue, header as names};
use serde_json::{Map, Value};
use upstream::{Origin, Request};

use crate::api::{Api, Operation, Parameter, Place};
use template::Template;

pub(crate) use body::schema as body_schema;
pub(crate) use header::is_sent as is_header_sent;
pub(crate) use idempotency::is_key as is_idempotency_key;

/// JSON where the upstream can choose, anything else rather than nothing.
const ACCEPT: HeaderValue = HeaderValue::from_static("application/json, */*;q=0.5");

/// The request that `operation` makes of `input`, which its schema has accepted.
///
/// What `input` does not name is not sent: defaults are the upstream's to fill in.
pub(crate) fn build(api: &Api, operation: &Operation, input: &Map<String, Value>, origin: &Origin) -> Result<Request> {
    let template = Template::of(&operation.path);
    let given = |place: Place| {
        let here = operation.parameters.iter().filter(move |parameter| parameter.place == place);
        here.filter_map(|parameter| Some((parameter, input.get(&parameter.argument)?)))
            .filter(|(_, value)| !value.is_null())
    };
    let path = path::fill(&template, given(Place::Path).collect())?;
    let all = |place: Place| operation.parameters.iter().filter(move |parameter| parameter.place == place);
    let query = query::write(template.query, given(Place::Query), all(Place::Query))?;
    let mut headers = HeaderMap::new();
    headers.insert(names::ACCEPT, ACCEPT);
    for (parameter, value) in given(Place::Header) {
        header::set(&mut headers, parameter, value)?;
    }
    header::cookies(&mut headers, given(Place::Cookie), all(Place::Cookie))?;
    let has_key = idempotency::ensure(&mut headers, operation)?;
    let mut content = Bytes::new();
    if let Some(body) = &operation.body
        && let Some(written) = body::write(body, &api.definitions, input)?
    {
        headers.insert(names::CONTENT_TYPE, written.media_type);
        content = written.content;
    }
    let mut request = Request::new(operation.method.clone(), origin.clone(), path);
    (request.query, request.headers, request.body) = (query, headers, content);
    // A POST of which configuration says that it reads is a search.
    request.repeatable |= operation.effect == Effect::Read || has_key;
    Ok(request)
}

/// A parameter that the caller gave a value for.
type Given<'a> = (&'a Parameter, &'a Value);

/// An argument cannot be sent. `argument` is the name that the caller knows.
fn refused(argument: &str, why: &str) -> Error {
    Error::invalid(format!("`{argument}` {why}"))
}

#[cfg(test)]
mod tests;
