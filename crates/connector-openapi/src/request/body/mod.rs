//! Bodies.

mod file;
mod form;
mod json;
mod multipart;
mod part;
mod raw;
mod schema;

use bytes::Bytes;
use connector::{Error, Result};
use http::HeaderValue;
use serde_json::{Map, Value};

use super::refused;
use crate::api::{Body, BodyArguments, Definitions};
use crate::read::media::{self, Shape};

pub(crate) use schema::schema;

/// A body as it goes onto the wire.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) media_type: HeaderValue,
    pub(super) content: Bytes,
}

/// The media type without its parameters, in lower case.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_xml(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// The body of one call; `None` where the operation can do without and the caller gave none of it.
pub(super) fn write(body: &Body, definitions: &Definitions, input: &Map<String, Value>) -> Result<Option<Written>> {
    let (argument, value) = match &body.arguments {
        BodyArguments::Whole(argument) => (argument.as_str(), input.get(argument).cloned()),
        BodyArguments::Properties(properties) => {
            let given =
                properties.iter().filter_map(|(argument, name)| Some((name.clone(), input.get(argument)?.clone())));
            let given: Map<String, Value> = given.collect();
            ("body", (body.required || !given.is_empty()).then_some(Value::Object(given)))
        }
    };
    let Some(value) = value else { return Ok(None) };
    let is_members = matches!(body.arguments, BodyArguments::Properties(_));
    let written = match media::shape(&body.media_type) {
        Shape::Json => json::write(&body.media_type, &value),
        Shape::Form => form::write(body, members(argument, &value)?),
        Shape::Multipart => multipart::write(body, definitions, members(argument, &value)?),
        // Nothing says how a JSON value of such a type is written: only its text is taken.
        Shape::Text | Shape::Binary if is_members => Err(Error::new(
            connector::ErrorKind::Unsupported,
            format!("This operation takes {}, which cannot be made of named values.", essence(&body.media_type)),
        )),
        Shape::Text if is_xml(&body.media_type) => raw::xml(argument, &body.media_type, &value),
        Shape::Text => raw::text(argument, &body.media_type, &value),
        Shape::Binary if schema::is_encoded(body) => raw::encoded(argument, &body.media_type, &value),
        Shape::Binary => raw::bytes(argument, &body.media_type, &value),
    };
    written.map(Some)
}

fn members<'a>(argument: &str, value: &'a Value) -> Result<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| refused(argument, "is a form: give an object of its fields."))
}

/// What the document wrote as a header's value.
fn header(media_type: &str) -> Result<HeaderValue> {
    HeaderValue::try_from(media_type).map_err(Error::internal)
}
