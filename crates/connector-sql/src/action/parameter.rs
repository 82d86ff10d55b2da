//! The arguments of an action: what they may be, and how they are bound.

use connector::{Error, Result};
use serde_json::{Map, Value, json};

use crate::config::{ParameterConfig, ParameterType};
use crate::schema::{Affinity, Column, Engine, Kind};

/// How many values a list may have.
const LIST_MAX: u32 = 1_000;

/// JSON Schema of a parameter's values.
pub(super) fn schema(settings: &ParameterConfig) -> Value {
    let mut schema = Map::new();
    let (kind, format) = match settings.kind {
        ParameterType::String => ("string", None),
        ParameterType::Integer => ("integer", None),
        ParameterType::Number => ("number", None),
        ParameterType::Boolean => ("boolean", None),
        ParameterType::Date => ("string", Some("date")),
        ParameterType::DateTime => ("string", Some("date-time")),
        ParameterType::Uuid => ("string", Some("uuid")),
    };
    let mut say = |word: &str, value: Option<Value>| {
        if let Some(value) = value {
            schema.insert(word.to_owned(), value);
        }
    };
    say("type", Some(kind.into()));
    say("format", format.map(Value::from));
    say("enum", (!settings.choices.is_empty()).then(|| settings.choices.clone().into()));
    say("minimum", settings.minimum.map(|bound| number(bound, settings.kind)));
    say("maximum", settings.maximum.map(|bound| number(bound, settings.kind)));
    say("minLength", settings.min_length.map(Value::from));
    say("maxLength", settings.max_length.map(Value::from));
    say("pattern", settings.pattern.clone().map(Value::from));
    let mut schema = match settings.list {
        true => Map::from_iter([
            ("type".to_owned(), json!("array")),
            ("items".to_owned(), schema.into()),
            ("minItems".to_owned(), 1.into()),
            ("maxItems".to_owned(), LIST_MAX.into()),
        ]),
        false => schema,
    };
    if let Some(words) = &settings.description {
        schema.insert("description".into(), words.clone().into());
    }
    if let Some(default) = &settings.default {
        schema.insert("default".into(), default.clone());
    }
    schema.into()
}

/// The JSON Schema of an action's input: these arguments and no others.
pub(super) fn input(properties: Map<String, Value>, required: Vec<String>) -> Map<String, Value> {
    let mut input = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), properties.into()),
        ("additionalProperties".to_owned(), false.into()),
    ]);
    if !required.is_empty() {
        input.insert("required".into(), json!(required));
    }
    input
}

/// A bound of whole numbers is one itself.
fn number(bound: f64, kind: ParameterType) -> Value {
    let whole = bound.fract() == 0.0 && bound.abs() <= 9_007_199_254_740_992.0 && kind == ParameterType::Integer;
    #[expect(clippy::cast_possible_truncation, reason = "checked in the line before")]
    if whole { json!(bound as i64) } else { json!(bound) }
}

/// Whether the settings make sense together, before anything is asked of the database.
pub(super) fn check(name: &str, settings: &ParameterConfig) -> Result<()> {
    let wrong = |what: &str| Err(Error::invalid(format!("the parameter `{name}` {what}")));
    let numeric = matches!(settings.kind, ParameterType::Integer | ParameterType::Number);
    if (settings.minimum.is_some() || settings.maximum.is_some()) && !numeric {
        return wrong("has a `minimum` or `maximum` and is no number");
    }
    let textual = settings.kind == ParameterType::String;
    if (settings.min_length.is_some() || settings.max_length.is_some() || settings.pattern.is_some()) && !textual {
        return wrong("has a `min_length`, `max_length` or `pattern` and is no string");
    }
    if settings.default.is_some() && settings.required == Some(true) {
        return wrong("is `required` and has a `default`; it can only be one of them");
    }
    Ok(())
}

/// Whether a call must give it.
pub(super) fn is_required(settings: &ParameterConfig) -> bool {
    settings.default.is_none() && settings.required != Some(false)
}

/// What a parameter is bound as where the database does not know: SQLite has no types of parameters, and PostgreSQL
/// cannot tell them all.
pub(super) fn column(engine: Engine, name: &str, settings: &ParameterConfig) -> Column {
    let (kind, cast) = match settings.kind {
        ParameterType::String => (Kind::Text, "text"),
        ParameterType::Integer => (Kind::Integer { bits: 64 }, "bigint"),
        ParameterType::Number => (Kind::Decimal { small: false }, "numeric"),
        ParameterType::Boolean => (Kind::Bool, "boolean"),
        ParameterType::Date => (Kind::Date, "date"),
        ParameterType::DateTime => (
            match engine {
                Engine::Sqlite => Kind::Timestamp,
                Engine::Postgres | Engine::MySql => Kind::TimestampTz,
            },
            "timestamp with time zone",
        ),
        ParameterType::Uuid => (Kind::Uuid, "uuid"),
    };
    let (kind, cast) = match settings.list {
        true => (Kind::Array(Box::new(kind)), format!("{cast}[]")),
        false => (kind, cast.to_owned()),
    };
    bound_as(name, kind, cast)
}

/// A stand-in for a column, for the rules by which values are bound.
pub(super) fn bound_as(name: &str, kind: Kind, cast: String) -> Column {
    Column { name: name.to_owned(), kind, declared: cast.clone(), cast, affinity: Affinity::Blob, ..Column::default() }
}

/// What a value must look like where the database does not say so itself.
pub(crate) fn fits(settings: &ParameterConfig, value: &Value) -> bool {
    match (settings.kind, value) {
        (_, Value::Null) => true,
        (_, Value::Array(values)) => settings.list && values.iter().all(|value| is_one(settings.kind, value)),
        (kind, value) => !settings.list && is_one(kind, value),
    }
}

fn is_one(kind: ParameterType, value: &Value) -> bool {
    use crate::sql::plain::{is_date, is_time, is_uuid};
    let text = |test: fn(&str) -> bool| value.as_str().is_some_and(test);
    match kind {
        ParameterType::String => value.is_string(),
        ParameterType::Integer | ParameterType::Number => value.is_number(),
        ParameterType::Boolean => value.is_boolean(),
        ParameterType::Date => text(is_date),
        ParameterType::DateTime => text(is_time),
        ParameterType::Uuid => text(is_uuid),
    }
}

/// What a parameter needs, in words that follow "needs".
pub(crate) fn needed(settings: &ParameterConfig) -> String {
    let (one, several) = match settings.kind {
        ParameterType::String => ("a text", "texts"),
        ParameterType::Integer => ("a whole number", "whole numbers"),
        ParameterType::Number => ("a number", "numbers"),
        ParameterType::Boolean => ("true or false", "true or false"),
        ParameterType::Date => ("a date such as 2026-01-31", "dates such as 2026-01-31"),
        ParameterType::DateTime => {
            ("a date and time such as 2026-01-31T09:30:00Z", "dates and times such as 2026-01-31T09:30:00Z")
        }
        ParameterType::Uuid => ("a UUID", "UUIDs"),
    };
    if settings.list { format!("a list of {several}") } else { one.to_owned() }
}
