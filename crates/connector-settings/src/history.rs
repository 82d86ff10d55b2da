use connector::{Context, Invoke, Outcome, Result};
use serde_json::{Value, json};

use crate::execute::Room;
use crate::get::{look, missing};
use crate::item::{From, Item, time_text};
use crate::options::Options;
use crate::page::Page;
use crate::space::Space;

/// What a setting was before, the latest first.
pub(crate) async fn history(room: &Room, space: &Space, invoke: &Invoke, context: &Context) -> Result<Outcome> {
    let input = Options(&invoke.input);
    let key = input.needed_text("key")?;
    crate::key::check(key, room.config.key_bytes_max)?;
    let Some(Item { from: From::Own(current), .. }) = look(room, space, key).await?.item else { return Err(missing()) };
    let limit = input.number("limit")?.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let mut all = room.store.history(space, key).await?;
    // What was kept of an earlier life of the key is over with it.
    all.retain(|one| one.doc.created == current.doc.created);
    // A bucket may keep more than is asked for here.
    all.truncate(room.config.history as usize);
    let mut page = Page::new(context.result_bytes_max);
    let (mut taken, mut notices) = (0, Vec::new());
    for one in all.iter().take(limit) {
        let item = json!({
            "revision": one.revision.to_string(),
            "value": one.doc.value,
            "updated_at": time_text(one.doc.updated),
            "expires_at": one.doc.expires.map(time_text),
        });
        if !page.add(&item)? {
            notices.push("The answer grew too large, so older revisions are left out.".to_owned());
            break;
        }
        taken += 1;
    }
    Ok(Outcome {
        data: Some(page.into_json()?),
        count: Some(all.len() as u64),
        has_more: Some(taken < all.len()),
        id: Some(Value::from(key)),
        notices,
        ..Outcome::default()
    })
}
