use connector::{Context, Error, ErrorKind, Get, Outcome, Result};
use serde_json::value::to_raw_value;

use crate::execute::Room;
use crate::item::{FIELDS, From, Item, now};
use crate::space::Space;
use crate::store::Stored;

/// The collection's name.
pub(crate) const SETTINGS: &str = "settings";

/// Missing, expired, or another user's: all the same.
pub(crate) fn missing() -> Error {
    Error::not_found(SETTINGS)
}

/// One setting: the user's own, or the default below it.
pub(crate) async fn get(room: &Room, space: &Space, get: &Get, context: &Context) -> Result<Outcome> {
    let key = room.key(&get.identifier)?;
    let item = look(room, space, &key).await?.item.ok_or_else(missing)?;
    let wanted = |field: &&str| get.fields.as_ref().is_none_or(|all| all.iter().any(|one| one == field));
    let data = to_raw_value(&item.object(FIELDS.into_iter().filter(wanted))).map_err(Error::internal)?;
    if data.get().len() > context.result_bytes_max {
        return Err(Error::new(ErrorKind::LimitExceeded, "That setting is too large to be shown."));
    }
    Ok(Outcome { data: Some(data), id: Some(key.into()), ..Outcome::default() })
}

/// What is at a key.
pub(crate) struct Seen {
    /// What the user sees there.
    pub(crate) item: Option<Item>,
    /// What the engine expects of a write there. That of something expired differs from what the user sees.
    pub(crate) expected: u64,
}

pub(crate) async fn look(room: &Room, space: &Space, key: &str) -> Result<Seen> {
    let stored = if room.config.shared { None } else { room.store.get(space, key).await? };
    let expected = stored.as_ref().map_or(0, |stored| stored.revision);
    let now = now();
    let item = match stored.filter(|stored: &Stored| !stored.doc.is_expired(now)) {
        Some(stored) => Some(Item::own(key, stored)),
        None => {
            let default = room.defaults.get(&*room.store, key).await?;
            default.map(|value| Item { key: key.to_owned(), from: From::Default(value) })
        }
    };
    Ok(Seen { item, expected })
}
