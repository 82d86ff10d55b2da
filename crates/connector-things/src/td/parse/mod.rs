//! A Thing Description read from JSON.

mod affordances;
mod forms;
mod security;
mod text;

use serde_json::{Map, Value};
use url::Url;

use self::forms::Forms;
use super::{Form, Op, Thing};
use crate::words::clean;

/// The most affordances of each sort that one thing may have.
const AFFORDANCES_MAX: usize = 300;

/// The longest id.
const ID_BYTES_MAX: usize = 300;

/// Where a description came from.
pub(crate) struct Place<'a> {
    /// Whether configuration names it; see [`Thing::named`].
    pub(crate) named: bool,
    /// What relative addresses are relative to, where it was fetched.
    pub(crate) address: Option<&'a Url>,
}

/// Looks at a form: `Err` says in a few words why it cannot be used.
pub(crate) type Check<'a> = &'a dyn Fn(&Form, Op) -> Result<(), String>;

/// Reads one. `Err` says in a few words why it is none; what is wrong with a part leaves out that part.
pub(crate) fn thing(value: &Value, place: &Place<'_>, check: Check<'_>) -> Result<Thing, String> {
    let object = value.as_object().ok_or("it is not an object")?;
    let kinds = text::several(object.get("@type"));
    if kinds.iter().any(|kind| kind == "tm:ThingModel" || kind == "ThingModel") {
        return Err("it is a Thing Model, which has no device".to_owned());
    }
    let title = text::text(object, "title", "titles", 120);
    let id = match object.get("id").and_then(Value::as_str) {
        Some(id) if is_id(id) => id.to_owned(),
        Some(_) => return Err("its `id` is empty, too long, or has characters that do not show".to_owned()),
        None => slug(title.as_deref().ok_or("it has neither `id` nor `title`")?),
    };
    let base = object.get("base").and_then(Value::as_str).map(str::to_owned);
    let security = security::schemes(object);
    let mut thing = Thing {
        title: title.unwrap_or_else(|| id.clone()),
        id,
        description: text::text(object, "description", "descriptions", 500),
        model: model(object),
        security,
        named: place.named,
        host: place.address.and_then(host),
        ..Thing::default()
    };
    thing.kinds = kinds.iter().filter(|kind| *kind != "Thing").take(10).filter_map(|kind| clean(kind, 80)).collect();
    let mut forms =
        Forms { base, address: place.address.cloned(), security: text::several(object.get("security")), check };
    affordances::read(object, &mut forms, &mut thing);
    if thing.properties.is_empty() && thing.actions.is_empty() && thing.events.is_empty() {
        let why = thing.left_out.first().map(|why| format!(": {why}")).unwrap_or_default();
        return Err(format!("nothing of it can be used{why}"));
    }
    Ok(thing)
}

/// `10.0.0.7:8080`; the port where it is not the scheme's own.
pub(crate) fn host(address: &Url) -> Option<String> {
    let host = address.host_str()?.to_ascii_lowercase();
    Some(address.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
}

/// The Thing Model that a link of `rel: type` names (TD 1.1 section 10.4).
fn model(object: &Map<String, Value>) -> Option<String> {
    let links = object.get("links")?.as_array()?;
    let link = links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("type"))?;
    clean(link.get("href")?.as_str()?, 200)
}

fn is_id(id: &str) -> bool {
    id.len() <= ID_BYTES_MAX && clean(id, ID_BYTES_MAX).as_deref() == Some(id)
}

/// `Living room lamp` → `living-room-lamp`
fn slug(title: &str) -> String {
    let plain = title.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' });
    let plain = plain.flat_map(char::to_lowercase).collect::<String>();
    plain.split_whitespace().collect::<Vec<_>>().join("-")
}
