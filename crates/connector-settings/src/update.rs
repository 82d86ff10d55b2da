use connector::{Error, ErrorKind, Outcome, Result, Update};

use crate::execute::Room;
use crate::get::{Seen, look, missing};
use crate::item::{From, Item, now};
use crate::options::Options;
use crate::space::Space;
use crate::store::{Doc, Stored, Written};

/// How often a change that expects no revision is tried against others that are quicker.
const TRIES: usize = 5;

/// Gives a setting another value or another end. Of a default it makes a value of the user's own.
pub(crate) async fn update(room: &Room, space: &Space, update: &Update) -> Result<Outcome> {
    let key = room.key(&update.identifier)?;
    let data = Options(&update.data);
    data.only(&["value", "ttl_s"])?;
    let wanted = Options(&update.options).if_version(room.config.require_revision)?;
    if let Some(value) = update.data.get("value") {
        room.known.check(&key, value, &room.config)?;
    }
    let now = now();
    let expiry = data.expiry(now, room.config.ttl_s_max)?;
    for _ in 0..TRIES {
        let Seen { item, expected } = look(room, space, &key).await?;
        let item = item.ok_or_else(missing)?;
        if wanted.is_some_and(|revision| revision != item.revision()) {
            return Err(changed());
        }
        let old = match item.from {
            From::Own(stored) => stored.doc,
            From::Default(value) => Doc { value, created: now, updated: now, expires: None },
        };
        let value = update.data.get("value").cloned().unwrap_or(old.value);
        let doc = Doc { value, created: old.created, updated: now, expires: expiry.unwrap_or(old.expires) };
        match room.store.put(space, &key, &doc, expected).await? {
            Written::Done(revision) => return Item::own(key, Stored { doc, revision }).outcome(),
            Written::Changed if wanted.is_some() => return Err(changed()),
            Written::Changed => {}
            Written::Full => return Err(room.full()),
        }
    }
    Err(changed())
}

/// Somebody was quicker.
pub(crate) fn changed() -> Error {
    Error::new(ErrorKind::Conflict, "That setting was changed since that `if_version`. Get it again and decide anew.")
}
