use connector::{Context, Filter, List, Outcome, Result, Start};

use crate::execute::Room;
use crate::filter::Matcher;
use crate::item::{FIELDS, From, Item, now};
use crate::page::Page;
use crate::sort::Key;
use crate::space::Space;

/// A page of what matches, in order.
pub(crate) async fn list(room: &Room, space: &Space, list: &List, context: &Context) -> Result<Outcome> {
    let found = matching(room, space, list.filter.as_ref()).await?;
    let mut keyed: Vec<_> = found.into_iter().map(|item| (Key::of(&item, &list.sort), item)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.order(other, &list.sort));
    let count = keyed.len();
    let skip = match &list.start {
        Start::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX).min(count),
        Start::After(text) => {
            let after = Key::parse(text, &list.sort)?;
            keyed.partition_point(|(key, _)| key.order(&after, &list.sort).is_le())
        }
    };
    let rest = &keyed[skip..];
    let shown = |field: &&str| list.fields.as_ref().is_none_or(|all| all.iter().any(|one| one == field));
    let mut page = Page::new(context.result_bytes_max);
    let (mut taken, mut next, mut notices) = (0, None, Vec::new());
    for (key, item) in rest.iter().take(list.limit as usize) {
        if !page.add(&item.object(FIELDS.into_iter().filter(shown)).into())? {
            notices.push("The answer grew too large, so this page is shorter. Go on with the cursor.".to_owned());
            break;
        }
        taken += 1;
        next = Some(key.to_text());
    }
    let has_more = rest.len() > taken;
    Ok(Outcome {
        data: Some(page.into_json()?),
        count: Some(count as u64),
        has_more: Some(has_more),
        next: next.filter(|_| has_more),
        notices,
        ..Outcome::default()
    })
}

/// The user's own settings and the defaults below them, as far as they match. A user has a bounded number of keys, so
/// they are all looked at: no engine orders or filters them as the arguments ask.
pub(crate) async fn matching(room: &Room, space: &Space, filter: Option<&Filter>) -> Result<Vec<Item>> {
    let matcher = filter.map(Matcher::new).transpose()?;
    let own = match room.config.shared {
        true => Vec::new(),
        false => room.store.all(space, room.keys_read_max()).await?,
    };
    let now = now();
    let mut defaults = room.defaults.all(&*room.store).await?;
    let own = own.into_iter().filter(|(_, stored)| !stored.doc.is_expired(now));
    let mut found: Vec<_> = own.map(|(key, stored)| Item::own(key, stored)).collect();
    for item in &found {
        defaults.remove(&item.key);
    }
    found.extend(defaults.into_iter().map(|(key, value)| Item { key, from: From::Default(value) }));
    found.retain(|item| matcher.as_ref().is_none_or(|matcher| matcher.matches(item)));
    Ok(found)
}
