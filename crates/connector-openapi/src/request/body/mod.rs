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

pub(crate) use schema::schema;

/// A body as it goes onto the wire.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) media_type: HeaderValue,
    pub(super) content: Bytes,
}

/// How bodies of a media type are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
    Multipart,
    Xml,
    Text,
    /// Anything else: bytes.
    Raw,
}

impl Kind {
    fn of(media_type: &str) -> Self {
        match essence(media_type).as_str() {
            "application/x-www-form-urlencoded" => Self::Form,
            "multipart/form-data" => Self::Multipart,
            "" | "*/*" | "application/*" | "application/json" | "text/json" | "application/x-json" => Self::Json,
            kind if kind.ends_with("+json") => Self::Json,
            kind if kind.ends_with("/xml") || kind.ends_with("+xml") => Self::Xml,
            kind if kind.starts_with("text/") => Self::Text,
            _ => Self::Raw,
        }
    }
}

/// The media type without its parameters, in lower case.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
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
    let written = match Kind::of(&body.media_type) {
        Kind::Json => json::write(&body.media_type, &value),
        Kind::Form => form::write(body, members(argument, &value)?),
        Kind::Multipart => multipart::write(body, definitions, members(argument, &value)?),
        // Nothing says how a JSON value of such a type is written: only its text is taken.
        Kind::Xml | Kind::Text | Kind::Raw if is_members => Err(Error::new(
            connector::ErrorKind::Unsupported,
            format!("This operation takes {}, which cannot be made of named values.", essence(&body.media_type)),
        )),
        Kind::Xml => raw::xml(argument, &body.media_type, &value),
        Kind::Text => raw::text(argument, &body.media_type, &value),
        Kind::Raw => raw::bytes(argument, &body.media_type, &value),
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
