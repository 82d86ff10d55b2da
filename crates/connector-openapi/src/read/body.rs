//! An operation's body (OpenAPI 3.1 sections 4.8.13 to 4.8.15).

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::document::{At, Documents};
use super::{media, names, operation, parameter, words};
use crate::api::{Body, BodyArguments, Encoding};
use crate::schema::{Schemas, Side, is_only};

/// The longest description of a body, in characters.
const DESCRIPTION_CHARS_MAX: usize = 240;
/// How many of a body's own `allOf` are put together to one list of properties.
const PARTS_MAX: usize = 16;
/// Said of an object beyond its properties: it cannot be said of separate arguments.
const WHOLE_ONLY: [&str; 12] = [
    "oneOf",
    "anyOf",
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependentRequired",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
];

/// Reads a request body; `None` where there is none to send.
pub(super) fn body<'a>(
    documents: &'a Documents,
    written: At<'a>,
    schemas: &mut Schemas<'a>,
    taken: &mut HashSet<String>,
) -> Result<Option<Body>, String> {
    let Some(at) = documents.follow(written) else {
        return Err(operation::lost("its body", written));
    };
    let Some(content) = at.get("content") else { return Ok(None) };
    let Some((media_type, media)) = content.members().min_by_key(|(name, _)| media::rank(name)) else {
        return Ok(None);
    };
    let shape = media::shape(media_type);
    let schema = match media.get("schema") {
        Some(schema) if shape.is_structured() => schemas.convert(schema),
        Some(schema) if is_encoded(documents, schema) => {
            json!({"type": "string", "contentEncoding": "base64", "description": "The bytes, in Base64."})
        }
        _ => shape.plain_schema(),
    };
    // Definitions that it refers to are looked into here.
    schemas.settle();
    let stated = at.flag("required");
    let properties = match shape.is_structured() && stated != Some(false) {
        true => properties(&schema, schemas),
        false => None,
    };
    let (arguments, schema) = match properties {
        Some(object) => {
            let names = object.get("properties").and_then(Value::as_object).into_iter().flatten();
            let names = names.map(|(name, _)| (names::argument(name, "body", taken), name.clone())).collect();
            (BodyArguments::Properties(names), Value::Object(object))
        }
        None => (BodyArguments::Whole(names::argument("body", "request", taken)), schema),
    };
    // `required` is forgotten more often than it is meant: where the body's own properties are required, so is it.
    let required = stated.unwrap_or_else(|| schema.get("required").is_some());
    Ok(Some(Body {
        required,
        description: at.text("description").map(|text| words::clean(text, DESCRIPTION_CHARS_MAX)),
        media_type: media_type.clone(),
        arguments,
        schema,
        encoding: media.get("encoding").map(|at| encodings(documents, at)).unwrap_or_default(),
    }))
}

/// The one object schema that says all of `schema`, read-only properties left out, where there is one: it is an object
/// with properties, or `allOf` such.
fn properties(schema: &Value, schemas: &Schemas<'_>) -> Option<Map<String, Value>> {
    let mut parts = Vec::new();
    gather(schema, schemas, &mut parts)?;
    let mut all = Map::new();
    let mut required = Vec::new();
    for part in parts {
        for (name, schema) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if is_only(schema, Side::Request, schemas.definitions()) {
                continue;
            }
            // Said twice and differently, it must fit both: that is left to `allOf`.
            if all.insert(name.clone(), schema.clone()).is_some_and(|before| before != *schema) {
                return None;
            }
        }
        required.extend(part.get("required").and_then(Value::as_array).into_iter().flatten().cloned());
    }
    required.retain(|name| name.as_str().is_some_and(|name| all.contains_key(name)));
    required.dedup();
    if all.is_empty() {
        return None;
    }
    let mut out = Map::new();
    out.insert("type".into(), "object".into());
    out.insert("properties".into(), all.into());
    if !required.is_empty() {
        out.insert("required".into(), required.into());
    }
    Some(out)
}

fn gather<'v>(schema: &'v Value, schemas: &'v Schemas<'_>, parts: &mut Vec<&'v Map<String, Value>>) -> Option<()> {
    let mut schema = schema.as_object()?;
    for _ in 0..PARTS_MAX {
        let Some(target) = schema.get("$ref").and_then(Value::as_str) else { break };
        let beside = schema.keys().any(|name| !matches!(name.as_str(), "$ref" | "description" | "title"));
        let name = target.strip_prefix("#/$defs/").filter(|_| !beside)?;
        schema = schemas.definitions().get(name)?.as_object()?;
    }
    let open = schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
    let object = schema.get("type").is_none_or(|it| it == "object");
    let fits = object && !open && !schema.contains_key("$ref") && parts.len() < PARTS_MAX;
    if !fits || WHOLE_ONLY.iter().any(|name| schema.contains_key(*name)) {
        return None;
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        gather(part, schemas, parts)?;
    }
    parts.push(schema);
    Some(())
}

/// Whether bytes are sent as Base64 (`format: byte` of 3.0, `contentEncoding` of 3.1).
fn is_encoded(documents: &Documents, schema: At<'_>) -> bool {
    let says = |name: &str, value: &str| documents.follow(schema).and_then(|at| at.text(name)) == Some(value);
    says("format", "byte") || says("contentEncoding", "base64")
}

fn encodings(documents: &Documents, at: At<'_>) -> IndexMap<String, Encoding> {
    at.names().map(|(name, at)| (name.clone(), encoding(documents, at))).collect()
}

fn encoding(documents: &Documents, at: At<'_>) -> Encoding {
    let headers = at.get("headers").into_iter().flat_map(At::names);
    let fixed = headers.filter_map(|(name, at)| {
        let schema = documents.follow(documents.follow(at)?.get("schema")?)?;
        let only = schema.get("enum").map(|at| at.items().map(|it| it.value).collect::<Vec<_>>());
        let value = match (schema.get("const"), only.as_deref()) {
            (Some(value), _) => value.value,
            (None, Some([value])) => *value,
            _ => schema.get("default")?.value,
        };
        Some((name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    });
    Encoding {
        content_type: at.text("contentType").map(str::to_owned),
        headers: fixed.collect(),
        style: at.text("style").and_then(parameter::style),
        explode: at.flag("explode"),
        allow_reserved: at.flag("allowReserved") == Some(true),
    }
}

impl media::Shape {
    /// What is said of a body that has no fields.
    fn plain_schema(self) -> Value {
        match self {
            Self::Json | Self::Form | Self::Multipart => json!({}),
            Self::Text => json!({"type": "string"}),
            Self::Binary => json!({"type": "string", "format": "binary"}),
        }
    }
}
