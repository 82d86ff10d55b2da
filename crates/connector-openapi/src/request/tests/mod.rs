mod bodies;
mod hostile;
mod keys;
mod multipart;
mod paths;
mod queries;
mod styles;
mod swagger;

use access::Effect;
use http::{HeaderMap, Method};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use upstream::{Origin, Request};

use super::build;
use crate::api::{Api, Body, BodyArguments, Operation, Parameter, Place, Style};

/// A parameter `color` with a style.
fn color(place: Place, style: Style, explode: bool) -> Parameter {
    Parameter {
        name: "color".into(),
        argument: "color".into(),
        place,
        description: None,
        required: false,
        deprecated: false,
        style,
        explode,
        allow_reserved: false,
        content: None,
        schema: json!({}),
    }
}

fn named(name: &str, place: Place) -> Parameter {
    let style = if matches!(place, Place::Path | Place::Header) { Style::Simple } else { Style::Form };
    Parameter { name: name.into(), argument: name.into(), ..color(place, style, style == Style::Form) }
}

fn operation(method: Method, path: &str, parameters: Vec<Parameter>) -> Operation {
    Operation {
        name: "paint".into(),
        effect: if method.is_safe() { Effect::Read } else { Effect::Write },
        method,
        path: path.into(),
        summary: None,
        description: None,
        tags: Vec::new(),
        deprecated: false,
        servers: None,
        parameters,
        body: None,
        output: None,
        security: Vec::new(),
    }
}

fn body(media_type: &str, schema: Value) -> Body {
    Body {
        required: true,
        description: None,
        media_type: media_type.into(),
        arguments: BodyArguments::Whole("body".into()),
        schema,
        encoding: IndexMap::new(),
    }
}

fn request(operation: &Operation, input: Value) -> connector::Result<Request> {
    let Value::Object(input) = input else { panic!("{input} is no input") };
    build(&Api::default(), operation, &input, &Origin::parse("https://api.example.com/v1").unwrap())
}

/// What `{"body": value}` becomes: its content type and its text.
fn sent(body: Body, value: Value) -> connector::Result<(String, String)> {
    let mut operation = operation(Method::POST, "/things", Vec::new());
    operation.body = Some(body);
    let request = request(&operation, Value::Object(Map::from_iter([("body".to_owned(), value)])))?;
    Ok((header(&request.headers, "content-type"), String::from_utf8(request.body.to_vec()).unwrap()))
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// The sentence of a call that is refused.
fn refusal(operation: &Operation, input: Value) -> String {
    request(operation, input).expect_err("this is refused").to_string()
}
