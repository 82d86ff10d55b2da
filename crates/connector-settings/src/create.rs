use connector::{Create, Error, ErrorKind, Outcome, Result};
use serde_json::Value;

use crate::execute::Room;
use crate::get::look;
use crate::item::{From, Item, now};
use crate::options::Options;
use crate::space::Space;
use crate::store::{Doc, Stored, Written};

/// Sets what the user has not set. A default below it is no obstacle.
pub(crate) async fn create(room: &Room, space: &Space, create: &Create) -> Result<Outcome> {
    let data = Options(&create.data);
    data.only(&["key", "value", "ttl_s"])?;
    let key = match create.data.get("key") {
        Some(Value::Number(number)) => number.to_string(),
        _ => data.needed_text("key")?.to_owned(),
    };
    crate::key::check(&key, room.config.key_bytes_max)?;
    let value = create.data.get("value").ok_or_else(|| Error::invalid("`value` is missing."))?;
    room.known.check(&key, value, &room.config)?;
    let now = now();
    let expires = data.expiry(now, room.config.ttl_s_max)?.flatten();
    let seen = look(room, space, &key).await?;
    if matches!(seen.item, Some(Item { from: From::Own(_), .. })) {
        return Err(taken());
    }
    let doc = Doc { value: value.clone(), created: now, updated: now, expires };
    match room.store.put(space, &key, &doc, seen.expected).await? {
        Written::Done(revision) => Item::own(key, Stored { doc, revision }).outcome(),
        Written::Changed => Err(taken()),
        Written::Full => Err(room.full()),
    }
}

fn taken() -> Error {
    Error::new(ErrorKind::Conflict, "There is already a setting of that `key`. Get it, and update it instead.")
}
