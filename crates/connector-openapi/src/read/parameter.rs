//! Parameters of an operation (OpenAPI 3.1 section 4.8.12).

use std::collections::HashSet;

use serde_json::json;

use super::document::{At, Documents};
use super::{names, operation, words};
use crate::api::{Parameter, Place, Style};
use crate::request;
use crate::schema::Schemas;

/// The longest description of a parameter, in characters.
const DESCRIPTION_CHARS_MAX: usize = 240;
/// The parameters that hold for one operation: its own before those of its path. `Err` says why the operation could
/// not be called.
pub(super) fn parameters<'a>(
    documents: &'a Documents,
    path: &str,
    shared: Option<At<'a>>,
    own: Option<At<'a>>,
    schemas: &mut Schemas<'a>,
    taken: &mut HashSet<String>,
) -> Result<Vec<Parameter>, String> {
    let mut found: Vec<(Place, &str, At<'a>)> = Vec::new();
    for written in [own, shared].into_iter().flatten().flat_map(At::items) {
        let Some(at) = documents.follow(written) else {
            return Err(operation::lost("a parameter", written));
        };
        let (Some(name), Some(place)) = (at.text("name"), place(at)) else { continue };
        let ignored = match place {
            Place::Header => !request::is_header_sent(name),
            Place::Path => !path.contains(&format!("{{{name}}}")),
            Place::Query | Place::Cookie => false,
        };
        let known = found.iter().any(|(at, known, _)| *at == place && *known == name);
        if !name.is_empty() && !ignored && !known {
            found.push((place, name, at));
        }
    }
    // Paths' pieces first: where two share a name, theirs stays.
    found.sort_by_key(|(place, ..)| *place != Place::Path);
    let mut all: Vec<_> =
        found.into_iter().map(|(place, name, at)| parameter(place, name, at, schemas, taken)).collect();
    for name in templated(path) {
        if !all.iter().any(|it| it.place == Place::Path && it.name == name) {
            all.push(undescribed(name, taken));
        }
    }
    Ok(all)
}

fn place(at: At<'_>) -> Option<Place> {
    match at.text("in")? {
        "path" => Some(Place::Path),
        "query" => Some(Place::Query),
        "header" => Some(Place::Header),
        "cookie" => Some(Place::Cookie),
        _ => None,
    }
}

fn parameter<'a>(
    place: Place,
    name: &str,
    at: At<'a>,
    schemas: &mut Schemas<'a>,
    taken: &mut HashSet<String>,
) -> Parameter {
    let content = at.get("content").and_then(|content| content.members().next());
    let style = at.text("style").and_then(style).unwrap_or(match place {
        Place::Path | Place::Header => Style::Simple,
        Place::Query | Place::Cookie => Style::Form,
    });
    let described = match content {
        Some((_, media)) => media.get("schema"),
        None => at.get("schema"),
    };
    let mut schema = described.map_or_else(|| json!({}), |at| schemas.convert(at));
    if place == Place::Path
        && let Some(schema) = schema.as_object_mut()
        && schema.get("type").is_some_and(|it| it == "string")
    {
        // An empty piece would make it another path.
        schema.entry("minLength").or_insert_with(|| 1.into());
    }
    Parameter {
        name: name.to_owned(),
        argument: names::argument(name, word(place), taken),
        place,
        description: at.text("description").map(|text| words::clean(text, DESCRIPTION_CHARS_MAX)),
        required: place == Place::Path || at.flag("required") == Some(true),
        deprecated: at.flag("deprecated") == Some(true),
        style,
        explode: at.flag("explode").unwrap_or(style == Style::Form),
        allow_reserved: at.flag("allowReserved") == Some(true),
        content: content.map(|(media_type, _)| media_type.clone()),
        schema,
    }
}

/// A piece of the path that the document forgot to describe.
fn undescribed(name: &str, taken: &mut HashSet<String>) -> Parameter {
    Parameter {
        name: name.to_owned(),
        argument: names::argument(name, word(Place::Path), taken),
        place: Place::Path,
        description: None,
        required: true,
        deprecated: false,
        style: Style::Simple,
        explode: false,
        allow_reserved: false,
        content: None,
        schema: json!({"type": "string", "minLength": 1}),
    }
}

/// The names in a path's braces, each once.
pub(super) fn templated(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((name, after)) = rest.split_once('{').and_then(|(_, after)| after.split_once('}')) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
        rest = after;
    }
    names
}

pub(super) fn style(name: &str) -> Option<Style> {
    Some(match name {
        "matrix" => Style::Matrix,
        "label" => Style::Label,
        "simple" => Style::Simple,
        "form" => Style::Form,
        "spaceDelimited" => Style::SpaceDelimited,
        "pipeDelimited" => Style::PipeDelimited,
        "deepObject" => Style::DeepObject,
        "tabDelimited" => Style::TabDelimited,
        _ => return None,
    })
}

fn word(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
    }
}
