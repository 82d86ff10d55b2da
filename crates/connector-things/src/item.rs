//! A thing as an item of the collection.

use serde_json::{Map, Value, json};

use crate::device::State;
use crate::fill;
use crate::td::{Action, Event, Form, Property, Thing};
use upstream::Bind;

/// The fields that `list` shows.
pub(crate) fn listed(thing: &Thing, state: Option<&State>) -> Map<String, Value> {
    let (online, seen) = state.map(State::presence).unwrap_or_default();
    let kind = (!thing.kinds.is_empty()).then(|| thing.kinds.join(", "));
    let item = json!({
        "id": thing.id,
        "title": thing.title,
        "description": thing.description,
        "kind": kind,
        "online": online,
        "last_seen": seen.map(|seen| seen.round(jiff::Unit::Millisecond).unwrap_or(seen).to_string()),
        "has": has(thing),
    });
    item.as_object().cloned().unwrap_or_default()
}

/// The fields that only `get` shows.
pub(crate) fn details(thing: &Thing, binds: &[Bind], read_only: bool) -> Map<String, Value> {
    let properties = thing.properties.iter().map(|(name, it)| (name.clone(), property(it, binds, read_only)));
    let actions = thing.actions.iter().map(|(name, it)| (name.clone(), action(it, binds)));
    let events = thing.events.iter().map(|(name, it)| (name.clone(), event(it)));
    let mut item = Map::new();
    item.insert("properties".into(), properties.collect::<Map<_, _>>().into());
    if !read_only {
        item.insert("actions".into(), actions.collect::<Map<_, _>>().into());
    }
    item.insert("events".into(), events.collect::<Map<_, _>>().into());
    if !thing.left_out.is_empty() {
        item.insert("left_out".into(), thing.left_out.clone().into());
    }
    item
}

/// `reads temperature (°C); reads and writes target (°C, 5 to 30); does reset; tells overheated`
fn has(thing: &Thing) -> String {
    let mut parts = Vec::new();
    for (name, property) in &thing.properties {
        let verb = match (property.write_only, property.read_only) {
            (true, _) => "writes",
            (_, true) => "reads",
            _ => "reads and writes",
        };
        let about = about(property);
        parts.push(if about.is_empty() { format!("{verb} {name}") } else { format!("{verb} {name} ({about})") });
    }
    parts.extend(thing.actions.keys().map(|name| format!("does {name}")));
    parts.extend(thing.events.keys().map(|name| format!("tells {name}")));
    let line = parts.join("; ");
    crate::words::clean(&line, 600).unwrap_or_default()
}

fn about(property: &Property) -> String {
    let number = |word: &str| property.schema.get(word).map(Value::to_string);
    let range = match (number("minimum"), number("maximum")) {
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
        (Some(from), None) => Some(format!("from {from}")),
        (None, Some(to)) => Some(format!("up to {to}")),
        (None, None) => None,
    };
    property.unit.clone().into_iter().chain(range).collect::<Vec<_>>().join(", ")
}

fn property(it: &Property, binds: &[Bind], read_only: bool) -> Value {
    let mut out = words(it.title.as_deref(), it.description.as_deref());
    out.insert("schema".into(), plain(&it.schema));
    out.extend(it.unit.clone().map(|unit| ("unit".to_owned(), unit.into())));
    out.insert("read_only".into(), (it.read_only || read_only).into());
    if it.write_only {
        out.insert("write_only".into(), true.into());
    }
    out.insert("observable".into(), it.observable.into());
    variables(&mut out, &it.forms, &it.variables, binds);
    out.into()
}

fn action(it: &Action, binds: &[Bind]) -> Value {
    let mut out = words(it.title.as_deref(), it.description.as_deref());
    out.extend(it.input.as_ref().map(|schema| ("input".to_owned(), schema.clone())));
    out.extend(it.output.as_ref().map(|schema| ("output".to_owned(), schema.clone())));
    out.insert("safe".into(), it.safe.into());
    out.insert("idempotent".into(), it.idempotent.into());
    let with = if it.safe || it.idempotent { crate::catalog::INVOKE_SAFE } else { crate::catalog::INVOKE };
    out.insert("invoke_with".into(), with.into());
    variables(&mut out, &it.forms, &it.variables, binds);
    out.into()
}

fn event(it: &Event) -> Value {
    let mut out = words(it.title.as_deref(), it.description.as_deref());
    out.extend(it.data.as_ref().map(|schema| ("data".to_owned(), schema.clone())));
    out.extend(it.unit.clone().map(|unit| ("unit".to_owned(), unit.into())));
    out.into()
}

fn words(title: Option<&str>, description: Option<&str>) -> Map<String, Value> {
    let pairs = [("title", title), ("description", description)];
    pairs.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?.into()))).collect()
}

/// What stands beside the schema already is not said twice.
fn plain(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        for word in ["title", "description", "unit", "readOnly", "writeOnly"] {
            object.remove(word);
        }
    }
    schema
}

fn variables(out: &mut Map<String, Value>, forms: &[Form], known: &[(String, Value)], binds: &[Bind]) {
    let names = forms.iter().flat_map(|form| fill::open(form, binds));
    let variables: Map<_, _> = names
        .map(|name| {
            let schema = known.iter().find(|(own, _)| *own == name).map(|(_, schema)| schema.clone());
            (name, schema.unwrap_or_else(|| json!({})))
        })
        .collect();
    if !variables.is_empty() {
        out.insert("variables".into(), variables.into());
    }
}
