use connector::{Collection, Field, OperationKind, Parameter};
use serde_json::{Map, Value, json};

use crate::Options;

const FILTERS: &str = "Which items: {\"field\":value} or {\"field\":{\"op\":value}} with op eq, ne, lt, lte, gt, gte, in, \
contains, starts_with, is_null; join with {\"or\":[…]}, {\"and\":[…]}, {\"not\":{…}}.";

const UNITS: &str =
    "Times can be cut to :year, :quarter, :month, :week, :day, :hour or :minute (UTC): [\"created_at:month\"].";

const HAVING: &str = "Only rows whose figures match, by the names of metrics: {\"count\":{\"gte\":2}}.";

/// The arguments of one operation on one collection.
pub(super) fn arguments(collection: &Collection, kind: OperationKind, options: &Options) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required: Vec<&str> = Vec::new();
    match kind {
        OperationKind::List => {
            properties.insert("filters".into(), json!({"type": "object", "description": FILTERS}));
            properties.insert("sort".into(), sort());
            properties.insert("fields".into(), names("Only these fields of each item."));
            let default = collection.page_default.unwrap_or(options.rows_default);
            properties.insert("limit".into(), limit(default, options));
            properties.insert("offset".into(), json!({"type": "integer", "minimum": 0}));
            properties
                .insert("cursor".into(), json!({"type": "string", "description": "next_cursor of the page before."}));
        }
        OperationKind::Get => {
            properties.insert("identifier".into(), identifier(collection));
            properties.insert("fields".into(), names("Only these fields."));
            required.push("identifier");
        }
        OperationKind::Create => {
            properties.insert("data".into(), data(collection.fields.iter().filter(|f| f.creatable), true));
            required.push("data");
        }
        OperationKind::Update => {
            properties.insert("identifier".into(), identifier(collection));
            properties.insert("data".into(), data(collection.fields.iter().filter(|f| f.updatable), false));
            required.extend(["identifier", "data"]);
        }
        OperationKind::Delete => {
            properties.insert("identifier".into(), identifier(collection));
            required.push("identifier");
        }
        OperationKind::Aggregate => {
            let figures = collection.abilities.figures;
            properties.insert("metrics".into(), metrics(figures));
            let cut = if figures { format!(" {UNITS}") } else { String::new() };
            properties.insert("group_by".into(), names(&format!("One row for each value of these fields.{cut}")));
            if figures {
                properties.insert("having".into(), json!({"type": "object", "description": HAVING}));
            }
            properties.insert("filters".into(), json!({"type": "object", "description": FILTERS}));
            properties.insert("sort".into(), sort());
            properties.insert("limit".into(), limit(options.rows_default, options));
        }
    }
    for parameter in collection.parameters.get(&kind).into_iter().flatten() {
        properties.insert(parameter.name.clone(), described(parameter));
        if parameter.required {
            required.push(&parameter.name);
        }
    }
    super::several::extend(&mut properties, &mut required, kind, &collection.abilities, FILTERS);
    object(properties, required)
}

fn described(parameter: &Parameter) -> Value {
    let mut schema = parameter.schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".into(), super::words::own(Some(&parameter.description)).into());
    }
    schema
}

/// An object schema that takes nothing else.
pub(super) fn object(properties: Map<String, Value>, required: Vec<&str>) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema.insert("additionalProperties".into(), false.into());
    schema
}

fn identifier(collection: &Collection) -> Value {
    let schema_of = |name: &String| {
        let mut schema = collection.field(name).map_or_else(|| json!({}), |field| field.schema.clone());
        // A key is compared by the resource: an id in digits is taken for the number and the other way round.
        if let Some(object) = schema.as_object_mut() {
            object.retain(|key, _| matches!(key.as_str(), "description"));
            object.insert("type".into(), json!(["string", "integer", "number", "boolean"]));
        }
        schema
    };
    match collection.key.as_slice() {
        [one] => {
            let mut schema = schema_of(one);
            if let Some(object) = schema.as_object_mut() {
                object.insert("type".into(), json!(["string", "integer", "number", "boolean"]));
                object.insert("description".into(), format!("The item's `{one}`.").into());
            }
            schema
        }
        several => {
            let properties: Map<_, _> = several.iter().map(|name| (name.clone(), schema_of(name))).collect();
            Value::Object(object(properties, several.iter().map(String::as_str).collect()))
        }
    }
}

fn data<'a>(fields: impl Iterator<Item = &'a Field>, creating: bool) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        let mut schema = field.schema_with_null();
        if let (Some(words), Some(object)) = (field.description.as_deref(), schema.as_object_mut()) {
            object.insert("description".into(), super::words::own(Some(words)).into());
        }
        properties.insert(field.name.clone(), schema);
        if creating && field.required {
            required.push(field.name.as_str());
        }
    }
    let mut schema = object(properties, required);
    if !creating {
        schema.insert("minProperties".into(), 1.into());
    }
    schema.into()
}

fn sort() -> Value {
    names("Fields to sort by; - before a name for largest first: [\"-created_at\"].")
}

fn names(description: &str) -> Value {
    json!({"type": "array", "items": {"type": "string"}, "description": description})
}

fn limit(default: u32, options: &Options) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": options.rows_max, "default": default})
}

fn metrics(figures: bool) -> Value {
    let mut functions = vec!["count", "sum", "avg", "min", "max"];
    if figures {
        functions.insert(1, "count_distinct");
    }
    json!({
        "type": "array", "minItems": 1, "maxItems": 20,
        "items": {
            "type": "object",
            "properties": {
                "function": {"enum": functions},
                "field": {"type": "string"},
                "as": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$"}
            },
            "required": ["function"], "additionalProperties": false
        },
        "default": [{"function": "count"}],
        "description": "Which figures; count needs no field."
    })
}

/// The envelope around what an action gives; its definitions stand where `#/$defs/…` leads.
pub(super) fn answer_of(output: Option<&Map<String, Value>>) -> Map<String, Value> {
    let mut data = output.cloned().unwrap_or_default();
    let definitions = data.shift_remove("$defs");
    let mut schema = answer(data.into());
    if let Some(definitions) = definitions {
        schema.insert("$defs".into(), definitions);
    }
    schema
}

/// The envelope as a schema. `data` is whatever the operation gives.
pub(super) fn answer(data: Value) -> Map<String, Value> {
    let schema = json!({
        "type": "object",
        "properties": {
            "success": {"type": "boolean"},
            "data": data,
            "count": {"type": "integer", "description": "How many match in all."},
            "count_is": {"enum": ["at_least", "estimated"], "description": "Where count is not exact."},
            "has_more": {"type": "boolean"},
            "next_cursor": {"type": "string"},
            "id": {},
            "notices": {"type": "array", "items": {"type": "string"}},
            "error": {"type": "string"},
            "code": {"type": "string"},
            "retryable": {"type": "boolean"},
            "retry_after_s": {"type": "integer"},
            "visit": {"type": "string", "description": "An address that the user must open first."},
            "request_id": {"type": "string"}
        },
        "required": ["success"]
    });
    match schema {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
