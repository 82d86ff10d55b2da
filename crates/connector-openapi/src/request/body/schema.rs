//! What callers are told of a body.

use serde_json::{Value, json};

use super::file;
use crate::api::{Body, Definitions};
use crate::read::media::{self, Shape};

/// How many `$ref`s are followed to learn whether a property is a file.
const REFS_MAX: usize = 16;

/// The schema of the body as a caller gives it: files are files, and what is sent as text is text.
pub(crate) fn schema(body: &Body, definitions: &Definitions) -> Value {
    let description = body.description.as_deref();
    match media::shape(&body.media_type) {
        Shape::Json | Shape::Form => body.schema.clone(),
        Shape::Multipart => {
            let mut schema = body.schema.clone();
            if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
                properties.values_mut().for_each(|property| shown(property, definitions));
            }
            schema
        }
        Shape::Text if super::is_xml(&body.media_type) => {
            json!({ "type": "string", "description": "An XML document, as text." })
        }
        Shape::Text => body.schema.clone(),
        Shape::Binary if is_encoded(body) => body.schema.clone(),
        Shape::Binary => file::schema(description),
    }
}

/// Whether the bytes go out as the Base64 that they come in.
pub(super) fn is_encoded(body: &Body) -> bool {
    body.schema.get("contentEncoding").is_some_and(|encoding| encoding == "base64")
}

fn shown(property: &mut Value, definitions: &Definitions) {
    if is_file(property, definitions) {
        *property = file::schema(property.get("description").and_then(Value::as_str));
        return;
    }
    let items = resolved(property, definitions).get("items").filter(|items| is_file(items, definitions));
    if let Some(items) = items {
        let mut list = resolved(property, definitions).clone();
        list["items"] = file::schema(items.get("description").and_then(Value::as_str));
        *property = list;
    }
}

/// Whether a property of a multipart body is a file: `format: binary` in OpenAPI 3.0 (and for Swagger's `file`), a
/// media type without an encoding in 3.1.
pub(super) fn is_file(schema: &Value, definitions: &Definitions) -> bool {
    let schema = resolved(schema, definitions);
    let is_text = match schema.get("type") {
        None => true,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        Some(kind) => kind == "string",
    };
    let is_binary = schema.get("format").is_some_and(|format| format == "binary");
    let is_media = schema.get("contentMediaType").is_some() && schema.get("contentEncoding").is_none();
    is_text && (is_binary || is_media)
}

/// The schema of one property, or of the items of a list of them.
pub(super) fn property<'a>(schema: &'a Value, name: &str, definitions: &'a Definitions) -> Option<&'a Value> {
    let schema = resolved(schema, definitions);
    if let Some(found) = schema.get("properties").and_then(|properties| properties.get(name)) {
        return Some(found);
    }
    let parts = schema.get("allOf").and_then(Value::as_array)?;
    parts.iter().filter_map(|part| resolved(part, definitions).get("properties")?.get(name)).next()
}

/// Where the schema's `$ref` leads, `#/$defs/Name`.
pub(super) fn resolved<'a>(schema: &'a Value, definitions: &'a Definitions) -> &'a Value {
    let mut schema = schema;
    for _ in 0..REFS_MAX {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/$defs/"));
        let Some(next) = name.and_then(|name| definitions.get(&name.replace("~1", "/").replace("~0", "~"))) else {
            break;
        };
        schema = next;
    }
    schema
}
