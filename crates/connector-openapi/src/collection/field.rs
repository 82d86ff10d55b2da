use std::collections::BTreeSet;

use connector::Field;
use serde_json::{Value, json};

use super::config::CollectionConfig;
use super::shape::{Object, Property, Schemas, is_scalar};
use super::words::snake;

/// The most fields of one collection.
const FIELDS_MAX: usize = 200;
/// Names of fields whose values nobody is shown, whatever the API does.
const SECRETS: [&str; 6] =
    ["password", "passwd", "password_hash", "password_digest", "hashed_password", "client_secret"];

/// What the document says of an item, from each side.
pub(super) struct Sides<'a> {
    pub(super) listed: &'a Object,
    pub(super) got: Option<&'a Object>,
    pub(super) created: Option<&'a Object>,
    pub(super) updated: Option<&'a Object>,
    pub(super) key: Option<&'a str>,
    pub(super) declared: Option<&'a CollectionConfig>,
    /// Whether this field takes its value from the caller.
    pub(super) is_bound: &'a dyn Fn(&str) -> bool,
}

/// Fields with what is known of each.
pub(super) struct Fields {
    pub(super) fields: Vec<Field>,
    /// What answers show; `None` for everything.
    pub(super) shown: Option<BTreeSet<String>>,
    pub(super) hidden: BTreeSet<String>,
    /// Names that hold the owner.
    pub(super) identity: Vec<String>,
}

pub(super) fn fields(schemas: Schemas<'_>, sides: &Sides<'_>) -> Fields {
    let mut names: Vec<&str> = sides.key.into_iter().collect();
    let all = [Some(sides.listed), sides.got, sides.created, sides.updated].into_iter().flatten();
    names.extend(sides.declared.into_iter().flat_map(|it| it.fields.keys()).map(String::as_str));
    names.extend(all.flat_map(|it| it.properties.keys()).map(String::as_str));
    let mut out = Fields { fields: Vec::new(), shown: None, hidden: BTreeSet::new(), identity: Vec::new() };
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) || name.is_empty() || name.len() > 100 {
            continue;
        }
        if (sides.is_bound)(name) {
            out.identity.push(name.to_owned());
            out.hidden.insert(name.to_owned());
            continue;
        }
        let field = field(schemas, sides, name);
        if !field.listed && !is_readable(sides, name) {
            out.hidden.insert(name.to_owned());
        }
        let is_useful = field.listed || is_readable(sides, name) || field.creatable || field.updatable;
        if is_useful && out.fields.len() < FIELDS_MAX {
            out.fields.push(field);
        }
    }
    let is_open = sides.listed.open || sides.got.is_some_and(|it| it.open);
    if !is_open {
        out.shown = Some(out.fields.iter().map(|field| field.name.clone()).collect());
    }
    out
}

fn field(schemas: Schemas<'_>, sides: &Sides<'_>, name: &str) -> Field {
    let of = |side: Option<&'_ Object>| side.and_then(|it| it.properties.get(name)).cloned();
    let (listed, got) = (of(Some(sides.listed)), of(sides.got));
    let (created, updated) = (of(sides.created), of(sides.updated));
    let declared = sides.declared.and_then(|it| it.fields.get(name));
    let is_key = sides.key == Some(name);
    let read = listed.as_ref().or(got.as_ref());
    let (mut schema, mut nullable) = match (declared, created.as_ref().or(updated.as_ref()).or(read)) {
        (Some(declared), _) => (own_schema(declared), false),
        (None, Some(property)) => schemas.inline(&property.schema),
        (None, None) => (json!({"type": "string"}), false),
    };
    if !schema.is_object() {
        schema = json!({});
    }
    // An id that the document does not describe is still compared as what it is written with.
    if is_key && !is_scalar(&schema) {
        schema = json!({"type": ["string", "integer"]});
    }
    nullable |= read.is_some_and(|it| schemas.inline(&it.schema).1);
    let is_plain = is_scalar(&schema) && read.is_none_or(|it| is_scalar(&schemas.inline(&it.schema).0));
    let is_secret = is_secret(name) || read.is_some_and(|it| is_write_only(schemas, it));
    let is_listed = (listed.is_some() || is_key || declared.is_some()) && !is_secret;
    let required = created.as_ref().is_some_and(|it| it.required)
        || sides.declared.is_some_and(|it| it.required.iter().any(|one| one == name));
    let is_written = |side: Option<&Object>, property: &Option<Property>| match side {
        Some(_) if property.as_ref().is_some_and(|it| is_read_only(schemas, it)) => false,
        Some(side) => property.is_some() || (declared.is_some() && side.open),
        None => false,
    };
    let creatable = is_written(sides.created, &created);
    let description = [&listed, &got, &created, &updated].into_iter().flatten().find_map(|it| words(schemas, it));
    Field {
        description,
        nullable: nullable && !is_key,
        required: required && creatable,
        listed: is_listed,
        filterable: is_listed && is_plain,
        sortable: is_listed && is_plain,
        creatable,
        updatable: is_written(sides.updated, &updated) && !is_key,
        ..Field::new(name, schema)
    }
}

fn words(schemas: Schemas<'_>, property: &Property) -> Option<String> {
    let own = property.schema.get("description");
    let text = own.or_else(|| schemas.resolve(&property.schema).get("description"))?.as_str()?;
    Some(text.chars().take(300).collect())
}

fn own_schema(declared: &Value) -> Value {
    match declared {
        Value::String(kind) => json!({"type": kind}),
        other => other.clone(),
    }
}

fn is_readable(sides: &Sides<'_>, name: &str) -> bool {
    let in_answers = sides.got.is_some_and(|it| it.properties.contains_key(name));
    in_answers && !is_secret(name)
}

fn is_secret(name: &str) -> bool {
    SECRETS.contains(&snake(name).as_str())
}

fn is_write_only(schemas: Schemas<'_>, property: &Property) -> bool {
    let schema = schemas.resolve(&property.schema);
    schema.get("writeOnly") == Some(&Value::Bool(true)) || schema.get("format") == Some(&Value::from("password"))
}

fn is_read_only(schemas: Schemas<'_>, property: &Property) -> bool {
    let is = |schema: &Value| schema.get("readOnly") == Some(&Value::Bool(true));
    is(&property.schema) || is(schemas.resolve(&property.schema))
}
