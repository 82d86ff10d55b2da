use connector::{Delete, Error, ErrorKind, Outcome, Result};

use crate::execute::Room;
use crate::get::{Seen, look, missing};
use crate::item::{From, Item};
use crate::options::Options;
use crate::space::Space;
use crate::store::Written;
use crate::update::changed;

/// Removes the user's own value with its history; a default below it is seen again.
pub(crate) async fn delete(room: &Room, space: &Space, delete: &Delete) -> Result<Outcome> {
    let key = room.key(&delete.identifier)?;
    let wanted = Options(&delete.options).if_version(room.config.require_revision)?;
    let Seen { item, expected } = look(room, space, &key).await?;
    match item {
        None => return Err(missing()),
        Some(Item { from: From::Default(_), .. }) => {
            return Err(Error::new(
                ErrorKind::PermissionDenied,
                "That is a default, which everybody has. There is no value of the user's own to delete.",
            ));
        }
        Some(item) if wanted.is_some_and(|revision| revision != item.revision()) => return Err(changed()),
        Some(_) => {}
    }
    match room.store.delete(space, &key, expected).await? {
        Written::Done(_) | Written::Full => {}
        Written::Changed => return Err(changed()),
    }
    let mut outcome = Outcome { id: Some(key.as_str().into()), ..Outcome::default() };
    if room.defaults.get(&*room.store, &key).await.is_ok_and(|default| default.is_some()) {
        outcome.notices.push("The default is in force again.".into());
    }
    Ok(outcome)
}
